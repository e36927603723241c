import type { FastifyInstance } from 'fastify';
import type { Conversation } from '../../core/conversation.ts';
import type { ReplyEvent } from '../../core/reply.ts';
import { type ErrorCode, toWetreadError, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { streamEvents } from './event-stream.ts';
import type { Delivery } from './delivery.ts';
import { type PageEvent, type PageFilm, pictureOf, toPageEvent } from './page-event.ts';
import { answerName, turnNamed } from './turn-names.ts';
import { visitorOf } from './web-message.ts';
import { choiceBody, feedbackBody, parse, turnParams } from './wire.ts';

export type TurnRoutesOptions = {
  readonly conversation: Conversation;
  readonly delivery: Delivery;
  readonly logger: Logger;
  readonly id: () => string;
};

/** What the page does with a turn: listen, see its picture, stop it, answer its question, judge its reply. */
export const registerTurnRoutes = (
  app: FastifyInstance,
  { conversation, delivery, logger, id }: TurnRoutesOptions,
  closing: AbortSignal,
): void => {
  const path = '/web/threads/:thread/turns/:turn';

  const ownTurn = (params: unknown) => {
    const { thread, turn: name } = parse(turnParams, params);
    return { thread, name, turn: turnNamed(thread, name) };
  };
  const toFailure = (error: unknown): PageEvent | undefined => {
    const failureId = id();
    const { code, message, retryable } = toWetreadError(error, failureId);
    if (COMES_BACK.has(code)) return undefined;
    if (code === 'internal') logger.error({ id: failureId, err: error }, 'events failed');
    return { type: 'error', code, message, retryable };
  };

  app.get(`${path}/events`, { exposeHeadRoute: false }, async (request, reply) => {
    const { thread, name, turn } = ownTurn(request.params);
    const url = `/web/threads/${thread}/turns/${name}`;
    const film = async (): Promise<PageFilm | null> => {
      const shown = await conversation.film(turn);
      return shown === undefined ? null : { url: `${url}/film`, name: shown.sha256 };
    };
    const toPage = (event: ReplyEvent) => toPageEvent(event, `${url}/picture`, film);
    const body = streamEvents({
      open: (signal) => mapped(conversation.events(turn, signal), toPage),
      toFailure,
      closing,
    });
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(body);
  });

  app.get(`${path}/picture`, { exposeHeadRoute: false }, async (request, reply) => {
    const { turn } = ownTurn(request.params);
    for await (const event of conversation.events(turn, request.signal)) {
      const picture = pictureOf(event);
      if (picture === null) continue;
      return reply.type('image/png').header('cache-control', 'no-store').send(picture.png);
    }
    throw new WetreadError('route-unknown');
  });

  app.get(`${path}/film`, { exposeHeadRoute: false }, async (request, reply) => {
    const film = await conversation.film(ownTurn(request.params).turn);
    // Not known yet, or not kept any more: there is nothing wrong with asking.
    if (film === undefined) return reply.code(204).send();
    const headers = { 'cache-control': 'no-store', etag: `"${film.sha256}"` };
    return reply.type('image/png').headers(headers).send(film.png);
  });

  app.post(`${path}/stop`, async (request, reply) => {
    await conversation.stop(ownTurn(request.params).turn);
    return reply.code(204).send();
  });

  app.post(`${path}/choice`, async (request, reply) => {
    const { thread, name, turn } = ownTurn(request.params);
    const { code } = parse(choiceBody, request.body);
    delivery.begin(await conversation.choose(turn, code, visitorOf(thread)));
    return reply.code(202).send({ turn: answerName(name) });
  });

  app.post(`${path}/feedback`, async (request, reply) => {
    const { thread, turn } = ownTurn(request.params);
    await conversation.feedback(turn, parse(feedbackBody, request.body), visitorOf(thread).author);
    return reply.code(204).send();
  });
};

/** The turn is in the journal, and goes on when the server is back. */
const COMES_BACK: ReadonlySet<ErrorCode> = new Set(['closing', 'store-failed']);

async function* mapped(
  events: AsyncIterable<ReplyEvent>,
  toPage: (event: ReplyEvent) => Promise<PageEvent>,
): AsyncGenerator<PageEvent> {
  for await (const event of events) yield toPage(event);
}
