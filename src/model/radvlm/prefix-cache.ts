import { type CacheShape, KeyValueCache } from './key-value-cache.ts';

/** A prompt as token ids. The image's tokens are all the same id; the film's hash tells them apart. */
export type PromptTokens = {
  readonly ids: ArrayLike<number>;
  readonly image:
    | { readonly sha256: string; readonly start: number; readonly count: number }
    | undefined;
};

/** Tokens of a conversation, and the keys and values of those that the decoder has read. */
export class Sequence {
  readonly image: PromptTokens['image'];
  readonly cache: KeyValueCache;
  /** As many of them as `cache.length` have been read. */
  readonly ids: Int32Array;

  /** Room for `capacity` tokens, the prompt's at the least. */
  constructor(prompt: PromptTokens, shape: CacheShape, capacity: number) {
    this.image = prompt.image;
    this.cache = new KeyValueCache(shape, capacity);
    this.ids = new Int32Array(capacity);
    this.ids.set(prompt.ids);
  }

  /** How many tokens from the first on this and `other` have in common, as far as `other` has been read. */
  commonWith(other: Sequence): number {
    const sameFilm =
      this.image?.sha256 === other.image?.sha256 && this.image?.start === other.image?.start;
    const films = sameFilm ? [] : [this.image?.start, other.image?.start];
    const end = Math.min(
      this.ids.length,
      other.cache.length,
      ...films.filter((start) => start !== undefined),
    );
    for (let i = 0; i < end; i++) if (this.ids[i] !== other.ids[i]) return i;
    return end;
  }
}

/**
 * What has been read, so that it need not be read again: the next turn of a conversation computes only its own tokens,
 * and another question about the same film begins behind the film. Sequences that are still running lend what they
 * have read so far; those that have ended are kept within a number of bytes, the least recently used going first.
 */
export class PrefixCache {
  readonly #maxBytes: number;
  readonly #running = new Set<Sequence>();
  /** Least recently used first. */
  readonly #kept = new Set<Sequence>();
  /** Running, and not to be kept when they end. */
  readonly #forgotten = new WeakSet<Sequence>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Memory of the sequences that are kept. */
  get bytes(): number {
    return [...this.#kept].reduce((sum, sequence) => sum + sequence.cache.bytes, 0);
  }

  begin(sequence: Sequence): void {
    this.#running.add(sequence);
  }

  /** Copies what another sequence has read of the same tokens, beyond what this one has, up to token `limit`. */
  adopt(sequence: Sequence, limit: number): void {
    let [best, length]: [Sequence | undefined, number] = [undefined, sequence.cache.length];
    for (const other of [...this.#kept, ...this.#running]) {
      if (other === sequence || this.#forgotten.has(other)) continue;
      const common = Math.min(limit, sequence.commonWith(other));
      if (common > length) [best, length] = [other, common];
    }
    if (!best) return;
    sequence.cache.copyFrom(best.cache, length);
    if (this.#kept.delete(best)) this.#kept.add(best);
  }

  /** Keeps what the sequence has read, also when it was aborted. */
  end(sequence: Sequence): void {
    this.#running.delete(sequence);
    if (sequence.cache.length === 0 || this.#forgotten.has(sequence)) return;
    for (const other of this.#kept) {
      const contained = sequence.commonWith(other) === other.cache.length;
      if (contained && sequence.cache.length >= other.cache.length) this.#kept.delete(other);
    }
    this.#kept.add(sequence);
    let { bytes } = this;
    for (const oldest of this.#kept) {
      if (bytes <= this.#maxBytes) break;
      bytes -= oldest.cache.bytes;
      this.#kept.delete(oldest);
    }
  }

  /** Drops every sequence about the film; one that is running goes on and is dropped when it ends. */
  forget(sha256: string): void {
    for (const sequence of this.#kept) {
      if (sequence.image?.sha256 === sha256) this.#kept.delete(sequence);
    }
    for (const sequence of this.#running) {
      if (sequence.image?.sha256 === sha256) this.#forgotten.add(sequence);
    }
  }
}
