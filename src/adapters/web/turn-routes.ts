import type { FastifyInstance } from 'fastify';
import type { Conversation } from '../../core/conversation.ts';
import type { ReplyEvent } from '../../core/reply.ts';
import { type ErrorCode, toWetreadError, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { streamEvents } from './event-stream.ts';
import type { Delivery } from './delivery.ts';
import { type PageEvent, pictureOf, toPageEvent } from './page-event.ts';
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
    const pictureUrl = `/web/threads/${thread}/turns/${name}/picture`;
    const body = streamEvents({
      open: (signal) => toPageEvents(conversation.events(turn, signal), pictureUrl),
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

async function* toPageEvents(
  events: AsyncIterable<ReplyEvent>,
  pictureUrl: string,
): AsyncGenerator<PageEvent> {
  for await (const event of events) yield toPageEvent(event, pictureUrl);
}
