import { setImmediate } from 'node:timers/promises';
import { WetreadError } from '../../src/errors.ts';
import type { Model, ModelEvent, ModelMessage, ModelRequest } from '../../src/model/model.ts';

/** A text is said word by word, a list piece by piece; events are passed on as they are. */
type ScriptedAnswer = string | readonly string[] | AsyncIterable<ModelEvent>;

/** What the model says to a request. Throw (a `WetreadError`, say) to let the request fail. */
export type Script = (
  request: ModelRequest,
  signal: AbortSignal,
) => ScriptedAnswer | Promise<ScriptedAnswer>;

export type ScriptedModelOptions = {
  readonly script?: Script;
  /** Waited for before every event; by default one turn of the event loop. May never resolve: an abort ends it. */
  readonly pause?: (signal: AbortSignal) => Promise<unknown>;
  readonly name?: string;
  readonly version?: string;
  readonly demo?: boolean;
  readonly contextTokens?: number;
  /** false: `calls` stays empty, where memory is measured. */
  readonly keepsCalls?: boolean;
};

export type ScriptedModel = Model & {
  /** Every request whose work began, oldest first. */
  readonly calls: readonly ModelRequest[];
  /** Images that were to be forgotten, oldest first. */
  readonly forgotten: readonly string[];
  /** Requests that have begun and not ended, failed or been left. */
  readonly running: number;
  readonly closed: boolean;
};

/** What an image counts for; any number would do. */
const SCRIPTED_IMAGE_TOKENS = 16;

/**
 * A `Model` that says what a test tells it to. A token is a word. It keeps the contract (`test/contracts/model.contract.ts`):
 * limits, stop strings, abort, refusals. Nothing scripted is a failed test, not an empty answer.
 */
export const createScriptedModel = (options: ScriptedModelOptions = {}): ScriptedModel => {
  const script = options.script ?? refuseToImprovise;
  const pause = options.pause ?? (() => setImmediate());
  const { contextTokens = 4096, keepsCalls = true } = options;
  const calls: ModelRequest[] = [];
  const forgotten: string[] = [];
  const closing = new AbortController();
  let running = 0;

  async function* stream(request: ModelRequest, asked: AbortSignal): AsyncGenerator<ModelEvent> {
    const signal = AbortSignal.any([asked, closing.signal]);
    signal.throwIfAborted();
    checkMessages(request.messages);
    const total = countTokens(request.messages);
    if (total >= contextTokens) {
      throw new WetreadError('context-full', { tokens: total, limit: contextTokens });
    }
    if (keepsCalls) calls.push(request);
    running += 1;
    try {
      for await (const event of perform(request, total, signal)) {
        await untilAborted(pause(signal), signal);
        yield event;
      }
    } finally {
      running -= 1;
    }
  }

  async function* perform(
    request: ModelRequest,
    total: number,
    signal: AbortSignal,
  ): AsyncGenerator<ModelEvent> {
    if (request.maxTokens === 0) {
      yield* readPrompt(total);
      yield end(total, 0, 'length');
      return;
    }
    const answer = await untilAborted(Promise.resolve(script(request, signal)), signal);
    if (typeof answer !== 'string' && !Array.isArray(answer)) {
      yield* answer as AsyncIterable<ModelEvent>;
      return;
    }
    yield* readPrompt(total);
    const { pieces, finishReason } = limit(answer as string | readonly string[], {
      stop: request.stop,
      maxTokens: Math.min(request.maxTokens, contextTokens - total),
    });
    for (const text of pieces) yield { type: 'text-delta', text };
    yield end(total, pieces.length, finishReason);
  }

  return {
    name: options.name ?? 'scripted',
    version: options.version ?? 'scripted-1',
    demo: options.demo ?? false,
    contextTokens,
    calls,
    forgotten,
    get running() {
      return running;
    },
    get closed() {
      return closing.signal.aborted;
    },
    stream,
    async count(messages) {
      return countTokens(messages);
    },
    async forget(sha256) {
      forgotten.push(sha256);
    },
    async close() {
      closing.abort(new WetreadError('model-closed'));
    },
  } satisfies ScriptedModel;
};

const refuseToImprovise: Script = (request) => {
  throw new Error(`nothing is scripted for: ${JSON.stringify(request.messages.at(-1)?.text)}`);
};

const checkMessages = (messages: readonly ModelMessage[]): void => {
  if (messages.at(-1)?.role !== 'user') throw new WetreadError('question-empty');
  const images = messages.flatMap((message) => message.images);
  if (images.length > 1) throw new WetreadError('one-film-only');
  const first = messages.find((message) => message.role === 'user');
  if (images.length === 1 && first?.images.length !== 1) throw new WetreadError('film-not-first');
};

const words = (text: string): readonly string[] => text.match(/\s*\S+/g) ?? [];

const countTokens = (messages: readonly ModelMessage[]): number =>
  messages.reduce(
    (sum, { text, images }) => sum + 1 + words(text).length + images.length * SCRIPTED_IMAGE_TOKENS,
    1,
  );

/** The pieces that are said of an answer, and why it ends there. */
const limit = (
  answer: string | readonly string[],
  { stop, maxTokens }: Pick<ModelRequest, 'stop' | 'maxTokens'>,
): { pieces: readonly string[]; finishReason: 'stop' | 'length' } => {
  const pieces = typeof answer === 'string' ? words(answer) : answer;
  const text = pieces.join('');
  const ends = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  const kept = cutAt(pieces, Math.min(text.length, ...ends));
  return kept.length > maxTokens
    ? { pieces: kept.slice(0, maxTokens), finishReason: 'length' }
    : { pieces: kept, finishReason: 'stop' };
};

const cutAt = (pieces: readonly string[], end: number): readonly string[] => {
  let start = 0;
  return pieces
    .map((piece) => {
      const kept = piece.slice(0, Math.max(0, end - start));
      start += piece.length;
      return kept;
    })
    .filter((piece) => piece !== '');
};

function* readPrompt(total: number): Generator<ModelEvent> {
  yield { type: 'reading', done: 0, total };
  yield { type: 'reading', done: total, total };
}

const end = (
  promptTokens: number,
  completionTokens: number,
  finishReason: 'stop' | 'length',
): ModelEvent => ({
  type: 'end',
  usage: { promptTokens, cachedTokens: 0, completionTokens },
  finishReason,
});

/** The promise, or the signal's reason if that comes first. */
const untilAborted = async <Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> => {
  signal.throwIfAborted();
  let leave = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};
