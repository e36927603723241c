import type { Reply } from '../../core/reply.ts';
import type { Ending } from './completing.ts';
import type { Chunk, Completion } from './wire.ts';

/** What every part of one answer says of it. */
export type Identity = Pick<Completion, 'id' | 'created' | 'model' | 'system_fingerprint'>;

export const completionOf = (
  identity: Identity,
  content: string,
  { finishReason, usage, extension }: Ending,
): Completion => ({
  ...as('chat.completion', identity),
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content, refusal: null, wetread: extension },
      logprobs: null,
      finish_reason: finishReason,
    },
  ],
  usage: usageOf(usage),
});

/** In the order in which OpenAI writes it. */
const as = <Kind extends string>(object: Kind, { id, ...rest }: Identity) => ({
  id,
  object,
  ...rest,
});

/** The chunks of a streamed answer. With `withUsage` each says that its usage is still to come, and the last one has it. */
export const createChunks = (identity: Identity, withUsage: boolean) => {
  const base = as('chat.completion.chunk', identity);
  const toCome = withUsage ? { usage: null } : {};
  const chunk = (
    delta: Chunk['choices'][number]['delta'],
    finishReason: 'stop' | 'length' | null = null,
  ): Chunk => ({
    ...base,
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...toCome,
  });
  return {
    role: (): Chunk => chunk({ role: 'assistant', content: '' }),
    text: (content: string): Chunk => chunk({ content }),
    ending: ({ finishReason, usage, extension }: Ending): readonly Chunk[] => [
      { ...chunk({}, finishReason), wetread: extension },
      ...(withUsage ? [{ ...base, choices: [], usage: usageOf(usage) }] : []),
    ],
  };
};

const usageOf = ({ promptTokens, cachedTokens, completionTokens }: Reply['usage']) => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
  prompt_tokens_details: { cached_tokens: cachedTokens },
});
