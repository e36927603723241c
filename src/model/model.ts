/**
 * The model seam: what the rest of Wetread knows of a vision-language model. Types only; imports nothing.
 * The local runtime, an OpenAI-compatible endpoint, the queue and the tests' scripted model all are a `Model`
 * and pass `test/contracts/model.contract.ts`.
 */

/** An upright 8-bit picture. `sha256` is of its pixels (rows top to bottom), names it everywhere, and keys cached prefixes. */
export type ModelImage = {
  readonly sha256: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Written by us: 8-bit grey or RGB, no alpha, no metadata. */
  readonly png: Uint8Array;
};

export type ModelMessage = {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
  /** Shown to the model before the text. At most one image in a request, in its first user message. */
  readonly images: readonly ModelImage[];
};

export type Sampling = {
  /** 0 is greedy: the same request gives the same words. */
  readonly temperature: number;
  /** The smallest set of tokens whose probabilities sum to at least this is drawn from; 1 is all of them. */
  readonly topP: number;
  /** Makes a sampled answer repeatable; undefined draws afresh. */
  readonly seed: number | undefined;
};

export type ModelRequest = {
  /** The whole conversation, oldest first; the last one is the user's. */
  readonly messages: readonly ModelMessage[];
  /** Tokens to write at most. 0 only reads: the prefill is done and kept, nothing is answered. */
  readonly maxTokens: number;
  readonly sampling: Sampling;
  /** The answer ends before the first of these; the text itself is not given out. */
  readonly stop: readonly string[];
  /** Opaque key of who asks. The queue is fair between askers. */
  readonly asker: string;
  /** Reading ahead: behind every question, dropped first when the queue is full. */
  readonly background: boolean;
};

export type Usage = {
  /** Tokens of the whole prompt, image tokens included. */
  readonly promptTokens: number;
  /** Of these, how many were not computed again. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
};

/**
 * In this order: any number of `queued` (place falling), any number of `reading` (done rising), `text-delta`s,
 * exactly one `end`. Nothing comes after `end`.
 */
export type ModelEvent =
  /** Place in the queue; 1 is next. Comes from the queue alone. */
  | { readonly type: 'queued'; readonly place: number }
  /** Prefill: prompt tokens read so far, and of how many. `leftMs`: what the rest will take, as far as can be told. */
  | {
      readonly type: 'reading';
      readonly done: number;
      readonly total: number;
      readonly leftMs?: number | undefined;
    }
  /** Never empty, never half a character. */
  | { readonly type: 'text-delta'; readonly text: string }
  /** `length`: maxTokens or the context's end was reached (also for a request that only reads). */
  | { readonly type: 'end'; readonly usage: Usage; readonly finishReason: 'stop' | 'length' };

export interface Model {
  /** What a user sees, for instance "wetread-demo" or "radvlm". */
  readonly name: string;
  /** Tells one set of weights and converter from another; goes into records. */
  readonly version: string;
  /** A demonstration whose findings are not to be believed: every reply says so. */
  readonly demo: boolean;
  /** Prompt and answer together hold at most this many tokens. */
  readonly contextTokens: number;

  /**
   * Answers. Work starts at the first `next()`, and stops within one step when `signal` aborts or the consumer
   * leaves the loop; after an abort the iteration throws `signal.reason`. Fails with a `WetreadError`, before or
   * after the first word: `context-full`, `queue-full`, `model-*`, `endpoint-*`.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;

  /** Prompt tokens of these messages, image tokens and template included. An endpoint estimates. */
  count(messages: readonly ModelMessage[]): Promise<number>;

  /** Drops everything kept of this image. A running request about it goes on, and leaves nothing behind. */
  forget(sha256: string): Promise<void>;

  /** Stops running requests and frees the weights. The model is of no use afterwards. */
  close(): Promise<void>;
}
