import { NO_TEXT } from './no-text.ts';
import { createHttpServer } from '../../src/adapters/http.ts';
import {
  createOpenAiAdapter,
  type OpenAiAdapterOptions,
} from '../../src/adapters/openai/openai.ts';
import { createRemoteImages } from '../../src/adapters/openai/remote-image.ts';
import { createAnnotator } from '../../src/core/drawing/create-annotator.ts';
import type { ChestGate } from '../../src/core/gate/chest-gate.ts';
import { createIntake } from '../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import { createModelAlone } from '../../src/core/read/model-alone.ts';
import { createLogger } from '../../src/log.ts';
import type { TextGate } from '../../src/core/text-gate/text-gate.ts';
import type { Model } from '../../src/model/model.ts';
import { createTestReading } from './scripted-reader.ts';

const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });

export type ApiSettings = Partial<OpenAiAdapterOptions> & {
  readonly keys?: readonly string[];
  readonly textGate?: TextGate;
};

/** The API over a model, on a free port of loopback. */
export const openScriptedApi = async (
  model: Model,
  gate: ChestGate,
  { keys = [], textGate = NO_TEXT, ...options }: ApiSettings = {},
) => {
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
  const intake = createIntake({ gate, textGate, textPolicy: 'mask' });
  const adapter = createOpenAiAdapter({
    open: () => ({ model, reading, alone: createModelAlone({ model }), intake }),
    remoteImages: createRemoteImages({ hosts: [] }),
    requestsPerMinute: 0,
    audit: { write: () => undefined },
    logger,
    id,
    now: () => 1_700_000_000_000,
    ...options,
  });
  await server.register(adapter);
  const { url, port } = await server.listen(0);
  return { url, port, base: `${url}v1`, adapter, server };
};

/** A gate that lets every picture pass, where the pictures are not what is looked at. */
export const OPEN_GATE: ChestGate = {
  judge: () => ({ decision: 'accept', way: { turns: 0, inverted: false }, score: 9, scores: [9] }),
};

/** A question about a film, as OpenAI's clients put it. */
export const askingAbout = (
  film: Uint8Array,
  text: string,
  over: Readonly<Record<string, unknown>> = {},
) => ({
  model: 'scripted',
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text },
        { type: 'image_url', image_url: { url: dataUri(film) } },
      ],
    },
  ],
  ...over,
});

export const dataUri = (bytes: Uint8Array, type = 'image/png'): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
