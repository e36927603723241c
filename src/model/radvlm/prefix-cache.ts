import { KeyValueCache } from './key-value-cache.ts';

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

  /** The cache is empty, and has room for the prompt at the least. */
  constructor(prompt: PromptTokens, cache: KeyValueCache) {
    this.image = prompt.image;
    this.cache = cache;
    this.ids = new Int32Array(cache.capacity);
    this.ids.set(prompt.ids);
  }

  /** How many tokens from the first on this and `other` have in common, as far as `other` has been read. */
  commonWith(other: Sequence): number {
    return commonTokens(this, other, other.cache.length);
  }
}

type Tokens = Pick<Sequence, 'image' | 'ids'>;

/** How many tokens both begin with, of the first `limit` of `other`. */
const commonTokens = (tokens: Tokens, other: Tokens, limit: number): number => {
  const films = isSameFilm(tokens, other) ? [] : [tokens.image?.start, other.image?.start];
  const end = Math.min(tokens.ids.length, limit, ...films.filter((start) => start !== undefined));
  for (let i = 0; i < end; i++) if (tokens.ids[i] !== other.ids[i]) return i;
  return end;
};

const isSameFilm = (a: Tokens, b: Tokens): boolean =>
  a.image?.sha256 === b.image?.sha256 && a.image?.start === b.image?.start;

/** Tokens that were read, from `start` on; what comes before them are the parent's, about the same film. */
type Kept = Tokens & {
  readonly parent: Kept | undefined;
  readonly start: number;
  readonly length: number;
  /** Of the tokens from `start` to `length` alone. */
  readonly cache: KeyValueCache;
};

/**
 * What has been read, so that it need not be read again: the next turn of a conversation computes only its own tokens,
 * and another question about the same film begins behind the film. Sequences that are still running lend what they
 * have read so far. Of those that have ended it is kept what nobody had read before, so a film's tokens are there once
 * for all who asked about it; within a number of bytes, the least recently used going first, and never one that others
 * stand on.
 */
export class PrefixCache {
  readonly #maxBytes: number;
  readonly #running = new Set<Sequence>();
  /** Least recently used first. */
  readonly #kept = new Set<Kept>();
  /** Running, and not to be kept when they end. */
  readonly #forgotten = new WeakSet<Sequence>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Memory of what is kept. */
  get bytes(): number {
    return [...this.#kept].reduce((sum, { cache }) => sum + cache.bytes, 0);
  }

  begin(sequence: Sequence): void {
    this.#running.add(sequence);
  }

  /** Copies what has been read of the same tokens, beyond what this one has, up to token `limit`. */
  adopt(sequence: Sequence, limit: number): void {
    const kept = this.#findKept(sequence);
    let [lender, length]: [Sequence | undefined, number] = [undefined, kept?.length ?? 0];
    for (const other of this.#running) {
      if (other === sequence || this.#forgotten.has(other)) continue;
      const common = sequence.commonWith(other);
      if (common > length) [lender, length] = [other, common];
    }
    const { cache } = sequence;
    const end = Math.min(limit, length);
    if (end <= cache.length) return;
    if (lender) cache.copyFrom(lender.cache, cache.length, end - cache.length);
    else if (kept) {
      copyChain(kept.node, cache, end);
      this.#touch(kept.node);
    }
  }

  /** Keeps what the sequence has read, also when it was aborted. Whether the sequence's own cache was kept for it. */
  end(sequence: Sequence): boolean {
    this.#running.delete(sequence);
    const { image, ids, cache } = sequence;
    const { length } = cache;
    if (length === 0 || this.#forgotten.has(sequence)) return false;
    const known = this.#findKept(sequence);
    // Chains are of one film, so that forgetting it leaves none without its beginning.
    const parent = known && isSameFilm(sequence, known.node) ? known.node : undefined;
    const start = parent ? Math.min(known?.length ?? 0, length) : 0;
    if (parent) this.#touch(parent);
    if (start === length) return false;
    const kept = { image, ids, parent, start, length, cache: tailOf(cache, start) };
    this.#kept.add(kept);
    this.#evict();
    return kept.cache === cache;
  }

  /** Drops everything about the film; a sequence that is running goes on and is dropped when it ends. */
  forget(sha256: string): void {
    for (const kept of this.#kept) if (kept.image?.sha256 === sha256) this.#kept.delete(kept);
    for (const sequence of this.#running) {
      if (sequence.image?.sha256 === sha256) this.#forgotten.add(sequence);
    }
  }

  /** Where most of the sequence's beginning is kept, and how much of it. */
  #findKept(sequence: Sequence): { readonly node: Kept; readonly length: number } | undefined {
    let best: { node: Kept; length: number } | undefined;
    for (const node of this.#kept) {
      const length = commonTokens(sequence, node, node.length);
      if (length > (best?.length ?? 0)) best = { node: holderOf(node, length), length };
    }
    return best;
  }

  /** Used just now, with everything that it stands on. */
  #touch(node: Kept): void {
    for (let each: Kept | undefined = node; each; each = each.parent) {
      if (this.#kept.delete(each)) this.#kept.add(each);
    }
  }

  #evict(): void {
    let { bytes } = this;
    while (bytes > this.#maxBytes) {
      const parents = new Set([...this.#kept].map(({ parent }) => parent));
      const oldest = [...this.#kept].find((kept) => !parents.has(kept));
      if (!oldest) return;
      bytes -= oldest.cache.bytes;
      this.#kept.delete(oldest);
    }
  }
}

/** Of a node and those that it stands on, the one that has the last of so many tokens. */
const holderOf = (node: Kept, length: number): Kept =>
  node.parent && length <= node.start ? holderOf(node.parent, length) : node;

/** The tokens from `start` on by themselves; all of them need no copy. */
const tailOf = (cache: KeyValueCache, start: number): KeyValueCache => {
  if (start === 0) return cache;
  const count = cache.length - start;
  const tail = new KeyValueCache(cache.shape, count);
  tail.copyFrom(cache, start, count);
  return tail;
};

/** Adds to a cache the tokens up to `end` that the node and those before it hold. */
const copyChain = (node: Kept, into: KeyValueCache, end: number): void => {
  if (node.parent) copyChain(node.parent, into, Math.min(end, node.start));
  const first = into.length - node.start;
  // Of a parent, what comes before may have been there already.
  if (first >= 0 && into.length < end) into.copyFrom(node.cache, first, end - into.length);
};
