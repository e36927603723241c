import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toWetreadError, WetreadError } from '../../errors.ts';
import { describeFailure } from '../http-failure.ts';
import { accounted, accountForChoice } from './accounted.ts';
import { createBodyRoom } from './body-room.ts';
import { completionOf, createChunks, type Identity } from './completion-body.ts';
import { complete, type CompletionEvent, type Ending } from './completing.ts';
import { filmAt } from './film-in.ts';
import { modeOf } from './model-id.ts';
import type { OpenAiAdapterOptions } from './openai.ts';
import { readRequest } from './read-request.ts';
import type { Running } from './running.ts';
import { SseBody } from './sse-body.ts';
import { toldIn } from './told.ts';
import type { ChatRequest } from './wire.ts';

/** Films have up to 20 MB as a rule; in base64, with a conversation about them. */
const BODY_LIMIT_BYTES = 48 * 2 ** 20;

/** What fails at once (a full queue) is told by its status; so long a stream waits with its head for that. */
const HEAD_WAIT_MS = 100;
/** A connection over which nothing has moved for so long, although there is something to send, is cut. */
const STALL_MS = 60_000;

/** `POST /chat/completions`. */
export const registerChatRoute = (
  app: FastifyInstance,
  options: OpenAiAdapterOptions,
  running: Running,
): void => {
  const onRequest = createBodyRoom(BODY_LIMIT_BYTES);
  app.post('/chat/completions', { bodyLimit: BODY_LIMIT_BYTES, onRequest }, (request, reply) =>
    running.run(clientOf(reply), async (signal) => {
      const body = readRequest(request.body);
      const events = await begin(options, request, body, signal);
      const identity = identityOf(options, body);
      return body.stream === true
        ? stream(options, { body, identity, events, signal }, reply)
        : answerWhole(identity, events, reply);
    }),
  );
};

/** Aborts when the client leaves before it has its answer: what nobody waits for is not worked on. */
const clientOf = (reply: FastifyReply): AbortController => {
  const client = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) client.abort(new WetreadError('stopped'));
  });
  return client;
};

const begin = async (
  options: OpenAiAdapterOptions,
  { asker }: FastifyRequest,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<AsyncGenerator<CompletionEvent>> => {
  const { audit, now } = options;
  const cameAt = now();
  const parts = options.open();
  const mode = modeOf(request.model, parts.model.name);
  const told = toldIn(request.messages);
  const choose = request.wetread?.choose;
  const taken =
    told.image === undefined
      ? undefined
      : await filmAt(
          told.image,
          { intake: parts.intake, remoteImages: options.remoteImages },
          { choose, ungated: mode === 'raw', withPicture: request.wetread?.annotate === true },
          signal,
        );
  const film = taken?.film;
  const filmNotices = taken?.notices ?? [];
  accountForChoice(audit, asker, choose, filmNotices);
  const question = { mode, request, told, film, filmNotices, asker: `api:${asker}` };
  return accounted(complete(parts, question, signal), {
    audit,
    model: parts.model,
    mode,
    asker,
    films: film === undefined ? 0 : 1,
    cameAt,
    begunAt: now(),
    now,
  });
};

const identityOf = ({ open, id, now }: OpenAiAdapterOptions, request: ChatRequest): Identity => ({
  id: `chatcmpl-${id()}`,
  created: Math.floor(now() / 1_000),
  model: request.model,
  system_fingerprint: open().model.version,
});

const answerWhole = async (
  identity: Identity,
  events: AsyncGenerator<CompletionEvent>,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  let content = '';
  let ending: Ending | undefined;
  for await (const event of events) {
    if (event.type === 'text') content += event.text;
    if (event.type === 'failed') return sendFailure(event, reply);
    if (event.type === 'end') ({ ending } = event);
  }
  if (ending === undefined) throw new Error('an answer has no ending');
  return reply.send(completionOf(identity, content, ending));
};

const sendFailure = (
  failure: Extract<CompletionEvent, { type: 'failed' }>,
  reply: FastifyReply,
): FastifyReply => {
  const { status, headers, body } = describeFailure(failure);
  return reply.code(status).headers(headers).send(body);
};

type Streaming = {
  readonly body: ChatRequest;
  readonly identity: Identity;
  readonly events: AsyncGenerator<CompletionEvent>;
  readonly signal: AbortSignal;
};

/** Resolves when the stream has ended; its body is on its way long before. */
const stream = async (
  { logger, id }: OpenAiAdapterOptions,
  { body, identity, events, signal }: Streaming,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const first = events.next();
  // Whoever waits for it next hears how it fails.
  first.catch(() => undefined);
  const early = await Promise.race([first, pause(HEAD_WAIT_MS, undefined)]);
  if (early?.done === false && early.value.type === 'failed') {
    await events.return(undefined);
    return sendFailure(early.value, reply);
  }

  const chunks = createChunks(identity, body.stream_options?.include_usage === true);
  const out = new SseBody();
  reply.raw.setTimeout(STALL_MS, () => reply.raw.destroy());
  reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no');
  void reply.type('text/event-stream').send(out.readable);
  out.send(chunks.role());
  try {
    for (let next = await first; next.done !== true; next = await events.next()) {
      const event = next.value;
      if (event.type === 'text') out.send(chunks.text(event.text));
      if (event.type === 'failed') out.send(describeFailure(event).body);
      if (event.type === 'end') {
        for (const chunk of chunks.ending(event.ending)) out.send(chunk);
        out.done();
      }
    }
  } catch (error) {
    const number = id();
    const failure = toWetreadError(error, number);
    if (!signal.aborted && failure.code === 'internal')
      logger.error({ id: number, err: error }, 'a stream failed');
    out.send(describeFailure(failure).body);
  }
  out.end();
  return reply;
};
