import { WetreadError } from '../../errors.ts';
import type { ModelEvent, ModelImage, ModelRequest, Usage } from '../model.ts';
import type { CachePool } from './cache-pool.ts';
import type { CheckpointConfig } from './config.ts';
import type { DecoderPart } from './decoder.ts';
import type { Embeddings } from './embeddings.ts';
import { FilmFeatures, type FilmFeaturesCache, type Sight } from './film-features.ts';
import type { Pace } from './pace.ts';
import { type PrefixCache, type PromptTokens, Sequence } from './prefix-cache.ts';
import { createSampler } from './sample.ts';
import { createStopText } from './stop-text.ts';
import { createTextStream } from './text-stream.ts';
import type { Tokenizer } from './tokenizer.ts';
import type { Client, Turns } from './turns.ts';

/** What answers are made with; one of each for all of them. */
export type Workshop = Sight & {
  readonly config: CheckpointConfig;
  readonly tokenizer: Tokenizer;
  readonly embeddings: Embeddings;
  readonly turns: Pick<Turns<DecoderPart, Float32Array>, 'share' | 'alone'>;
  readonly films: FilmFeaturesCache;
  readonly prefixes: PrefixCache;
  readonly caches: CachePool;
  readonly pace: Pace;
  /** Tokens read in one step while a prompt is read. */
  readonly chunkTokens: number;
};

type Events<Result> = AsyncGenerator<ModelEvent, Result, undefined>;

/**
 * One request from its first token to its last (transformers: LlavaOnevisionForConditionalGeneration.generate). It
 * takes its steps through `turns`, and an abort ends it before its next one. However it ends, what was read is kept.
 */
export class Answer {
  readonly #workshop: Workshop;
  readonly #prompt: PromptTokens;
  readonly #request: ModelRequest;
  readonly #client: Client;
  readonly #sequence: Sequence;
  #film: FilmFeatures | undefined;
  /** Share of an image token's reading that is done when it has been seen; set once, so that the share never falls. */
  #seenShare: number | undefined;
  /** Prompt tokens that went through the decoder here. */
  #computed = 0;
  #written = 0;

  /** Fails with `context-full` when the prompt does not fit, or leaves no room for a word. */
  constructor(
    workshop: Workshop,
    prompt: PromptTokens,
    request: ModelRequest,
    signal: AbortSignal,
  ) {
    const { contextTokens } = workshop.config.text;
    const tokens = prompt.ids.length;
    if (tokens + Math.min(1, request.maxTokens) > contextTokens) {
      throw new WetreadError('context-full', { tokens, limit: contextTokens });
    }
    this.#workshop = workshop;
    this.#prompt = prompt;
    this.#request = request;
    this.#client = { signal, background: request.background };
    const capacity = Math.min(contextTokens, tokens + request.maxTokens);
    this.#sequence = new Sequence(prompt, workshop.caches.take(capacity));
  }

  async *events(): Events<void> {
    const { prefixes, caches } = this.#workshop;
    prefixes.begin(this.#sequence);
    try {
      yield* this.#look();
      const logits = yield* this.#prefill();
      const finishReason = logits ? yield* this.#write(logits) : 'length';
      yield { type: 'end', usage: this.#usage, finishReason };
    } finally {
      // Every step of this answer is over, and what others took of it is copied.
      if (prefixes.end(this.#sequence)) caches.part();
      else caches.give(this.#sequence.cache);
    }
  }

  get #usage(): Usage {
    const promptTokens = this.#prompt.ids.length;
    return {
      promptTokens,
      cachedTokens: promptTokens - this.#computed,
      completionTokens: this.#written,
    };
  }

  /** get_image_features: takes the film through the tower, unless its tokens have been read already. */
  async *#look(): Events<void> {
    const { films, turns, pace } = this.#workshop;
    const { image } = this.#prompt;
    this.#adopt();
    yield this.#reading();
    if (!image || this.#sequence.cache.length >= image.start + image.count) return;
    const picture = this.#imageOf(image.sha256);
    const film = films.open(image.sha256, () => new FilmFeatures(picture, this.#workshop));
    this.#film = film;
    while (!film.packed) {
      const [before, from] = [film.tilesLeft, performance.now()];
      await turns.alone(() => film.advance(picture), this.#client);
      if (film.tilesLeft === before - 1) pace.tile(performance.now() - from);
      if (film.share > 0) yield this.#reading();
    }
  }

  /** The prompt through the decoder; the logits of its last token, or nothing when only reading was asked for. */
  async *#prefill(): Events<Float32Array | undefined> {
    const { turns, pace, chunkTokens } = this.#workshop;
    let logits: Float32Array | undefined;
    while (this.#sequence.cache.length < this.#prompt.ids.length) {
      const [before, from] = [this.#computed, performance.now()];
      logits = await turns.share('prefill', () => this.#nextChunk(), this.#client);
      // A few tokens cost as much as many, and say nothing of the pace.
      if (this.#computed === before + chunkTokens)
        pace.tokens(chunkTokens, performance.now() - from);
      yield this.#reading();
    }
    return this.#request.maxTokens > 0 ? logits : undefined;
  }

  /** Looks first what others have read since: of two sequences about one film, only one computes each chunk. */
  #nextChunk(): DecoderPart | undefined {
    this.#adopt();
    const { cache } = this.#sequence;
    const total = this.#prompt.ids.length;
    const count = Math.min(this.#workshop.chunkTokens, total - cache.length);
    if (count === 0) return undefined;
    this.#computed += count;
    const isLast = cache.length + count === total && this.#request.maxTokens > 0;
    const embeddings = this.#embed(cache.length, cache.length + count);
    return { cache, embeddings, logitsAt: isLast ? [count - 1] : [] };
  }

  /** A token a step, until an end token, a stop text, or the last token that there is room for. */
  async *#write(first: Float32Array): Events<'stop' | 'length'> {
    const { config, tokenizer, turns } = this.#workshop;
    const { sampling, stop, maxTokens } = this.#request;
    const { ids, cache } = this.#sequence;
    const sample = createSampler(sampling);
    const words = createTextStream(tokenizer);
    const stopText = createStopText(stop);
    let logits = first;
    for (;;) {
      const id = sample(logits);
      this.#written += 1;
      if (config.endTokens.includes(id)) break;
      const { text, stopped } = stopText.push(words.push(id));
      if (text !== '') yield { type: 'text-delta', text };
      if (stopped) return 'stop';
      const full = cache.length + 1 === config.text.contextTokens;
      if (this.#written === maxTokens || full) {
        yield* rest(words, stopText);
        return 'length';
      }
      ids[cache.length] = id;
      const next = await turns.share('decode', () => this.#nextToken(), this.#client);
      if (!next) throw new RangeError('logits');
      logits = next;
    }
    yield* rest(words, stopText);
    return 'stop';
  }

  #nextToken(): DecoderPart {
    const { cache } = this.#sequence;
    const embeddings = this.#embed(cache.length, cache.length + 1);
    return { cache, embeddings, logitsAt: [0] };
  }

  /** Takes over what others have read of this prompt; the last token is computed here if words are to follow it. */
  #adopt(): void {
    const limit = this.#prompt.ids.length - Math.min(1, this.#request.maxTokens);
    this.#workshop.prefixes.adopt(this.#sequence, limit);
  }

  /** get_input_embeddings, with masked_scatter of the image's features: [end - start, hiddenSize]. */
  #embed(start: number, end: number): Float32Array {
    const { embeddings, config } = this.#workshop;
    const { hiddenSize } = config.text;
    const rows = new Float32Array((end - start) * hiddenSize);
    embeddings.read(this.#sequence.ids.subarray(start, end), rows, 0);
    const { image } = this.#prompt;
    if (!image) return rows;
    const [from, to] = [Math.max(start, image.start), Math.min(end, image.start + image.count)];
    if (from >= to) return rows;
    const features = this.#film?.packed;
    if (features?.length !== image.count * hiddenSize) throw new RangeError('image features');
    rows.set(
      features.subarray((from - image.start) * hiddenSize, (to - image.start) * hiddenSize),
      (from - start) * hiddenSize,
    );
    return rows;
  }

  /**
   * An image token counts as read in part when the tower has seen its share of the film (as large a part as the tower's
   * of the time), and wholly once it is in the cache.
   */
  #reading(): ModelEvent {
    const { pace } = this.#workshop;
    const { image, ids } = this.#prompt;
    const film = this.#film;
    const read = this.#sequence.cache.length;
    const seen = (image?.count ?? 0) * (film?.share ?? 0);
    const seenAndRead = Math.min(Math.max(0, read - (image?.start ?? 0)), image?.count ?? 0);
    if (film) this.#seenShare ??= pace.towerShare(film.tiles, ids.length);
    const part = Math.floor(Math.max(0, seen - seenAndRead) * (this.#seenShare ?? 0));
    const leftMs = pace.leftMs(film?.tilesLeft ?? 0, ids.length - read);
    return { type: 'reading', done: read + part, total: ids.length, leftMs };
  }

  #imageOf(sha256: string): ModelImage {
    const images = this.#request.messages.flatMap((message) => message.images);
    const image = images.find((candidate) => candidate.sha256 === sha256);
    if (!image) throw new RangeError('The prompt is about another image');
    return image;
  }
}

/** The characters that were held back. */
function* rest(
  words: ReturnType<typeof createTextStream>,
  stopText: ReturnType<typeof createStopText>,
): Generator<ModelEvent> {
  const { text } = stopText.push(words.finish());
  const all = text + stopText.finish();
  if (all !== '') yield { type: 'text-delta', text: all };
}
