import { basename, join } from 'node:path';
import type { ModelMessage, ModelRequest } from '../../../src/model/model.ts';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { Engine, type EngineLimits } from '../../../src/model/radvlm/engine.ts';
import {
  type ConversationCase,
  listCases,
  readCase,
} from '../../../src/model/radvlm/verify-case.ts';
import { modelRequest } from '../../support/model-request.ts';
import { GOLDEN } from './golden.ts';

export type GoldenModel = {
  readonly cases: readonly ConversationCase[];
  open(options?: {
    limits?: Partial<EngineLimits>;
    /** Instead of the checkpoint's own context. */
    contextTokens?: number;
  }): Promise<Engine>;
};

/** A checkpoint converted into `folder` (once), and its conversations. */
export const convertCases = async (
  folder: string,
  from: {
    readonly checkpoint: string;
    readonly cases: string;
    readonly lanes: number;
  },
): Promise<GoldenModel> => {
  const { checkpoint, cases, lanes } = from;
  const directory = join(folder, `${basename(checkpoint)}-${lanes}`);
  const manifest = await convertCheckpoint(checkpoint, directory, { lanes });
  const read = await Promise.all((await listCases(cases)).map((name) => readCase(cases, name)));
  return {
    cases: read.filter((each) => each.kind === 'conversation'),
    open: ({ limits, contextTokens = manifest.config.text.contextTokens } = {}) => {
      const text = { ...manifest.config.text, contextTokens };
      const changed = { ...manifest, config: { ...manifest.config, text } };
      return Engine.open({ directory, manifest: changed, threads: 1, spinning: false, limits });
    },
  };
};

/** A tiny checkpoint of the reference. */
export const convertGolden = (
  folder: string,
  checkpoint: string,
  model: string,
  lanes = 1,
): Promise<GoldenModel> =>
  convertCases(folder, {
    checkpoint: join(GOLDEN, 'checkpoints', checkpoint),
    cases: join(GOLDEN, 'cases', model),
    lanes,
  });

/** The question that the reference answered, with as many tokens as it wrote. */
export const requestOf = (
  { messages, expected }: ConversationCase,
  changes: Partial<ModelRequest> = {},
): ModelRequest => modelRequest({ messages, maxTokens: expected.greedy_ids.length, ...changes });

/** The conversation as it was at each of the user's questions. */
export const turnsOf = ({ messages }: ConversationCase): ModelMessage[][] =>
  messages.flatMap(({ role }, i) => (role === 'user' ? [messages.slice(0, i + 1)] : []));
