import fastifyStatic from '@fastify/static';
import { fileURLToPath } from 'node:url';
import type { Conversation } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { HttpAdapter } from '../http.ts';
import { createDelivery } from './delivery.ts';
import { readSample, SAMPLES } from './samples.ts';
import { FILM_LIMIT_BYTES, registerThreadRoutes } from './thread-routes.ts';
import { registerTurnRoutes } from './turn-routes.ts';

/** The page needs no build: src/ and dist/ serve the same files. */
const PAGE = fileURLToPath(new URL('../../../src/adapters/web/page/', import.meta.url));

export type WebAdapterOptions = {
  readonly conversation: Conversation;
  /** What the page says it is talking to. */
  readonly model: { readonly name: string; readonly demo: boolean };
  readonly logger: Logger;
  /** Unguessable (randomUUID). */
  readonly id: () => string;
};

/** The page: a film, a question, the words as they come and the boxes on the film. */
export const createWebAdapter = (options: WebAdapterOptions): HttpAdapter => ({
  name: 'web',
  access: 'own-pages',
  register: async (app, closing) => {
    // Every file gets a route of its own, so that anything else is "nothing at this address" in our own words.
    await app.register(fastifyStatic, {
      root: PAGE,
      wildcard: false,
      cacheControl: false,
      setHeaders: (response) => void response.setHeader('cache-control', 'no-cache'),
    });

    app.get('/web/about', async () => ({
      model: { name: options.model.name, demo: options.model.demo },
      filmLimitBytes: FILM_LIMIT_BYTES,
      samples: SAMPLES.map((sample) => ({ ...sample, url: `/web/samples/${sample.id}` })),
    }));

    app.get<{ Params: { id: string } }>('/web/samples/:id', async (request, reply) => {
      const png = await readSample(request.params.id);
      if (png === undefined) throw new WetreadError('route-unknown');
      return reply.type('image/png').header('cache-control', 'public, max-age=3600').send(png);
    });

    const delivery = createDelivery({ ...options, closing });
    delivery.recover();
    await registerThreadRoutes(app, { ...options, delivery });
    registerTurnRoutes(app, { ...options, delivery }, closing);
  },
});
