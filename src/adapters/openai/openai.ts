import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import type { Audit } from '../../core/audit.ts';
import type { Intake } from '../../core/intake/intake.ts';
import type { ModelAlone, Reading } from '../../core/reading.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { HttpAdapter } from '../http.ts';
import { registerChatRoute } from './chat-route.ts';
import { modelIds, modeOf } from './model-id.ts';
import { createOpenApi } from './openapi.ts';
import type { RemoteImages } from './remote-image.ts';
import { Running } from './running.ts';

export type OpenAiAdapterOptions = {
  /** What answers. Fails with `not-ready`, or with what keeps the model away. */
  readonly open: () => {
    readonly model: { readonly name: string; readonly version: string };
    readonly reading: Reading;
    readonly alone: ModelAlone;
    readonly intake: Intake;
  };
  readonly remoteImages: RemoteImages;
  /** Of one key, or of one address where no key is asked for; 0: as many as they like. */
  readonly requestsPerMinute: number;
  readonly audit: Audit;
  readonly logger: Logger;
  readonly id: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export type OpenAiAdapter = HttpAdapter & {
  /** Takes nothing new, and gives answers that are being made `graceMs`. */
  drain(graceMs: number): Promise<void>;
};

/** What is served under /v1, by method. */
const ROUTES: Readonly<Record<string, string>> = {
  '/chat/completions': 'POST',
  '/models': 'GET',
  '/models/{id}': 'GET',
  '/openapi.json': 'GET',
};
const PREFIX = '/v1';

/**
 * OpenAI's chat completions over the reading: Wetread as one more model of any client. Nothing is kept; the client sends the
 * whole conversation each time.
 */
export const createOpenAiAdapter = (options: OpenAiAdapterOptions): OpenAiAdapter => {
  const running = new Running();
  const started = Math.floor(options.now() / 1_000);
  return {
    name: 'openai',
    access: 'own-pages',
    drain: (graceMs) => running.drain(graceMs),
    register: async (app, closing) => {
      closing.addEventListener('abort', () => void running.drain(0), { once: true });
      app.addHook('onClose', () => options.remoteImages.close());
      await app.register(
        async (v1) => {
          await limitRate(v1, options.requestsPerMinute);
          registerChatRoute(v1, options, running);
          registerModelRoutes(v1, options, started);
          v1.get('/openapi.json', async () => createOpenApi());
          v1.setNotFoundHandler(async (request, reply) => {
            const path = request.url.slice(PREFIX.length).replace(/\?.*$/s, '');
            const methods = ROUTES[path.startsWith('/models/') ? '/models/{id}' : path];
            if (methods === undefined)
              throw new WetreadError('api-route-unknown', { routes: SERVED });
            reply.header('allow', methods);
            throw new WetreadError('method-unknown', { methods });
          });
        },
        { prefix: PREFIX },
      );
    },
  };
};

const SERVED = Object.entries(ROUTES)
  .map(([path, method]) => `${method} ${PREFIX}${path}`)
  .join(', ');

const limitRate = async (app: FastifyInstance, perMinute: number): Promise<void> => {
  if (perMinute === 0) return;
  await app.register(rateLimit, {
    max: perMinute,
    timeWindow: 60_000,
    keyGenerator: ({ asker }) => asker,
    errorResponseBuilder: (_request, { ttl }) =>
      new WetreadError('asked-too-often', { seconds: Math.ceil(ttl / 1_000) }),
  });
};

const registerModelRoutes = (
  app: FastifyInstance,
  { open }: OpenAiAdapterOptions,
  created: number,
): void => {
  const card = (id: string) => ({
    id,
    object: 'model' as const,
    created,
    owned_by: 'wetread' as const,
  });
  app.get('/models', async () => ({
    object: 'list',
    data: modelIds(open().model.name).map(card),
  }));
  // The name may hold slashes, as on Hugging Face.
  app.get<{ Params: { '*': string } }>('/models/*', async (request) => {
    const { '*': id } = request.params;
    modeOf(id, open().model.name);
    return card(id);
  });
};
