import { readFile } from 'node:fs/promises';
import { onTestFinished } from 'vitest';
import { createHttpServer } from '../../../src/adapters/http.ts';
import {
  createOpenAiAdapter,
  type OpenAiAdapterOptions,
} from '../../../src/adapters/openai/openai.ts';
import { createRemoteImages } from '../../../src/adapters/openai/remote-image.ts';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { createLogger } from '../../../src/log.ts';
import type { Model } from '../../../src/model/model.ts';
import { createTestReading } from '../../support/scripted-reader.ts';

export const KEY = 'a-key-that-nobody-guesses';

/** A small drawn film that the gate accepts, and one that it asks about or refuses. */
export const FILM = await readFile('test/fixtures/phantoms/0000.png');

export const dataUri = (bytes: Uint8Array, type = 'image/png'): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;

const weights = await readGateWeights();
const intake = createIntake({ gate: createChestGate(weights) });
const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });

type Settings = Partial<OpenAiAdapterOptions> & {
  readonly keys?: readonly string[];
  readonly logger?: OpenAiAdapterOptions['logger'];
};

/** The API over a model, on a free port of loopback. */
export const startApi = async (model: Model, settings: Settings = {}) => {
  const { keys = [], ...options } = settings;
  const logger = options.logger ?? createLogger('silent');
  let count = 0;
  const id = (): string => `id-${++count}`;
  const server = createHttpServer({
    logger,
    host: '127.0.0.1',
    names: [],
    keys,
    ready: async () => ({}),
    id,
  });
  const reading = createTestReading(model, DEMO_PROFILE, annotator);
  const adapter = createOpenAiAdapter({
    open: () => ({ model, reading, intake }),
    remoteImages: createRemoteImages({ hosts: [] }),
    requestsPerMinute: 0,
    logger,
    id,
    now: () => 1_700_000_000_000,
    ...options,
  });
  await server.register(adapter);
  const { url, port } = await server.listen(0);
  onTestFinished(() => server.close());

  const post = (
    body: unknown,
    init: { readonly headers?: Record<string, string>; readonly signal?: AbortSignal } = {},
  ): Promise<Response> =>
    fetch(`${url}v1/chat/completions`, {
      method: 'POST',
      ...init,
      headers: { 'content-type': 'application/json', ...init.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  return { url, port, base: `${url}v1`, adapter, server, post };
};

/** A question about a film, as OpenAI's clients put it. */
export const asking = (text: string, over: Record<string, unknown> = {}) => ({
  model: 'scripted',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: dataUri(FILM) } },
      ],
    },
  ],
  ...over,
});

type Part = Record<string, any>;

/** The JSON after each "data: ", "[DONE]" as it is, and comment lines. */
export const eventsIn = (body: string): readonly (Part | string)[] =>
  body
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => (event.startsWith('data: {') ? (JSON.parse(event.slice(6)) as Part) : event));

export const chunksIn = (body: string): readonly Part[] =>
  eventsIn(body).filter((event) => typeof event !== 'string');

export const contentIn = (chunks: readonly Part[]): string =>
  chunks.map((chunk) => (chunk['choices'] as Part[])[0]?.['delta']?.content ?? '').join('');
