import { WetreadError } from '../../errors.ts';
import type { ModelEvent, Usage } from '../model.ts';
import { StreamError } from './failure.ts';
import type { Watch } from './watch.ts';
import { CompletionChunk, readErrorFields, type CompletionUsage } from './wire.ts';

export type AnswerOptions = {
  readonly watch: Watch;
  readonly idleTimeoutMs: number;
  /** Used when the server sends no usage. */
  readonly estimatedPromptTokens: number;
  /** The answer is not wanted: the request was for reading ahead. */
  readonly onlyReads: boolean;
};

/** After the last word only usage is missing, which is estimated if it does not come within this time. */
const USAGE_TIMEOUT_MS = 5_000;

/**
 * The events of a streamed answer. It is whole when a finish reason has come, with `[DONE]` or without; the usage may follow it.
 * Fails as the stream does, and with `endpoint-cut` when it ends before.
 */
export async function* readAnswer(
  chunks: AsyncIterable<unknown>,
  { watch, idleTimeoutMs, estimatedPromptTokens, onlyReads }: AnswerOptions,
): AsyncGenerator<ModelEvent> {
  const characters = new WholeCharacters();
  let tokens = 0;
  let finish: string | undefined;
  let usage: CompletionUsage | undefined;
  try {
    for await (const value of chunks) {
      if (watch.signal.aborted) break;
      const chunk = readChunk(value);
      usage = chunk.usage ?? usage;
      const choice = chunk.choices?.[0];
      finish = choice?.finish_reason ?? finish;
      const { content, reasoning, reasoning_content: otherReasoning } = choice?.delta ?? {};
      // A role alone is no token: a server may send it before it has read the prompt.
      if (content || reasoning || otherReasoning) tokens += 1;
      if (tokens > 0) watch.rest();
      const text = characters.take(content ?? '');
      if (text !== '' && !onlyReads) yield { type: 'text-delta', text };
      if (finish !== undefined) watch.expectWithin(Math.min(USAGE_TIMEOUT_MS, idleTimeoutMs));
      else if (tokens > 0) watch.expectWithin(idleTimeoutMs);
    }
  } catch (error) {
    // What breaks after the last word does not take the answer back.
    if (finish === undefined) throw error;
  }
  watch.rest();
  const isWhole = finish !== undefined && !BROKEN_OFF.has(finish);
  // The client ends a stream quietly when it is aborted.
  if (watch.signal.aborted && !(isWhole && watch.timedOut)) throw watch.signal.reason;
  if (!isWhole) throw new WetreadError('endpoint-cut');
  yield {
    type: 'end',
    usage: readUsage(usage, { promptTokens: estimatedPromptTokens, tokens, onlyReads }),
    finishReason: onlyReads || finish === 'length' ? 'length' : 'stop',
  };
}

/** vLLM and SGLang end so when the server itself gave up; every other reason is an end ("stop", "eos", "content_filter"). */
const BROKEN_OFF: ReadonlySet<string> = new Set(['abort', 'error']);

const readChunk = (value: unknown): CompletionChunk => {
  const parsed = CompletionChunk.safeParse(value);
  if (!parsed.success) throw new WetreadError('endpoint-not-openai');
  if (parsed.data.choices == null) {
    // The client knows nested errors; a flat one looks like an event without choices.
    const fields = readErrorFields(value);
    if (fields !== undefined) throw new StreamError(fields);
  }
  return parsed.data;
};

const readUsage = (
  usage: CompletionUsage | undefined,
  estimate: { promptTokens: number; tokens: number; onlyReads: boolean },
): Usage => {
  const promptTokens = usage?.prompt_tokens ?? estimate.promptTokens;
  const cachedTokens = usage?.prompt_tokens_details?.cached_tokens ?? 0;
  return {
    promptTokens,
    cachedTokens: Math.min(cachedTokens, promptTokens),
    completionTokens: estimate.onlyReads ? 0 : (usage?.completion_tokens ?? estimate.tokens),
  };
};

/** Holds back the first half of a character outside the basic plane (UTF-16) when a server cuts between the halves. */
class WholeCharacters {
  #half = '';

  take(text: string): string {
    const whole = this.#half + text;
    const endsInHalf = /[\uD800-\uDBFF]$/.test(whole);
    this.#half = endsInHalf ? whole.slice(-1) : '';
    return endsInHalf ? whole.slice(0, -1) : whole;
  }
}
