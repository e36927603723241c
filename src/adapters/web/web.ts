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

/** Where scripts/prepare/page.mjs puts the page; the same from src/ and from dist/. */
const PAGE = fileURLToPath(new URL('../../../dist/page/', import.meta.url));

/** Named by what is in them. */
const NEVER_CHANGING = /-[A-Z0-9]{8}\.(js|woff2)$/;

const toCacheControl = (path: string): string =>
  NEVER_CHANGING.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';

export type WebAdapterOptions = {
  readonly conversation: Conversation;
  /** What the page says it is talking to. */
  readonly model: { readonly name: string; readonly demo: boolean };
  readonly logger: Logger;
  /** Unguessable (randomUUID). */
  readonly id: () => string;
  /** How long a thread can be gone on with. */
  readonly keptMs: number;
  /** The folder of the built page. */
  readonly page?: string;
};

/** The page: a film, a question, the words as they come and the boxes on the film. */
export const createWebAdapter = (options: WebAdapterOptions): HttpAdapter => ({
  name: 'web',
  access: 'own-pages',
  register: async (app, closing) => {
    // Every file gets a route of its own, so that anything else is "nothing at this address" in our own words.
    await app.register(fastifyStatic, {
      root: options.page ?? PAGE,
      wildcard: false,
      cacheControl: false,
      preCompressed: true,
      setHeaders: (response, path) =>
        void response.setHeader('cache-control', toCacheControl(path.replace(/\.(br|gz)$/, ''))),
    });

    app.get('/web/about', async () => ({
      model: { name: options.model.name, demo: options.model.demo },
      filmLimitBytes: FILM_LIMIT_BYTES,
      keptMs: options.keptMs,
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
