import type { FastifyInstance } from 'fastify';
import type { Conversation } from '../../core/conversation.ts';
import { MOST_FILE_BYTES } from '../../core/intake/decode-picture.ts';
import { WetreadError } from '../../errors.ts';
import type { Delivery } from './delivery.ts';
import { createFilmShelf } from './film-shelf.ts';
import { placeOf, toMessage } from './web-message.ts';
import { messageBody, parse, threadParams } from './wire.ts';

/** Intake's own limit: a larger film is refused before it is held. */
export const FILM_LIMIT_BYTES = MOST_FILE_BYTES;

export type ThreadRoutesOptions = {
  readonly conversation: Conversation;
  readonly delivery: Delivery;
  readonly id: () => string;
};

/** What the page does with a thread: begin it, send a film, say something, forget it. */
export const registerThreadRoutes = async (
  app: FastifyInstance,
  { conversation, delivery, id }: ThreadRoutesOptions,
): Promise<void> => {
  const shelf = createFilmShelf(id);
  app.addHook('onClose', async () => shelf.clear());

  app.post('/web/threads', async (_request, reply) => reply.code(201).send({ thread: id() }));

  app.delete('/web/threads/:thread', async (request, reply) => {
    const { thread } = parse(threadParams, request.params);
    shelf.forget(thread);
    await conversation.forget(placeOf(thread));
    return reply.code(204).send();
  });

  app.post('/web/threads/:thread/messages', async (request, reply) => {
    const { thread } = parse(threadParams, request.params);
    const body = parse(messageBody, request.body);
    const turn = await conversation.take(
      toMessage(thread, body, (upload) => shelf.take(thread, upload)),
    );
    // Everything that a visitor says is said to the bot, and the page's door is the server's own.
    if (turn === undefined) throw new WetreadError('not-allowed');
    delivery.begin(turn);
    return reply.code(202).send({ turn: body.id });
  });

  await app.register(async (films) => {
    // A film comes as its bytes, whatever they are; intake tells what it is by looking.
    films.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: FILM_LIMIT_BYTES },
      async (_request: unknown, body: Buffer) => body,
    );
    films.post(
      '/web/threads/:thread/films',
      { bodyLimit: FILM_LIMIT_BYTES, errorHandler: nameFilmTooLarge },
      async (request, reply) => {
        const { thread } = parse(threadParams, request.params);
        if (!Buffer.isBuffer(request.body) || request.body.byteLength === 0) {
          throw new WetreadError('file-empty');
        }
        return reply.code(201).send({ upload: shelf.put(thread, request.body) });
      },
    );
  });
};

const nameFilmTooLarge = (error: Error & { code?: string }): never => {
  if (error.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') throw error;
  throw new WetreadError('file-too-large', { limit: FILM_LIMIT_BYTES });
};
