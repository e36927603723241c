import { type CacheShape, KeyValueCache } from './key-value-cache.ts';

/** A conversation goes on a little longer than its last turn; room that is not used costs no memory. */
const SLACK_TOKENS = 1024;

/**
 * The caches of answers that are over, emptied, for those that begin. Of a 7B one is a gigabyte: to take that from the
 * system and give it back at every question took two seconds of a follow-up on a machine whose memory was full of files.
 */
export class CachePool {
  readonly #shape: CacheShape;
  /** Tokens of the longest there can be. */
  readonly #longest: number;
  readonly #most: number;
  readonly #free: KeyValueCache[] = [];
  #out = 0;

  /** With those in use it holds at most as many as `most`, which the memory is planned for. */
  constructor(shape: CacheShape, longest: number, most: number) {
    this.#shape = shape;
    this.#longest = longest;
    this.#most = most;
  }

  /** An empty one with room for so many tokens. */
  take(capacity: number): KeyValueCache {
    this.#out += 1;
    const fitting = this.#free
      .filter((cache) => cache.capacity >= capacity)
      .toSorted((a, b) => a.capacity - b.capacity)[0];
    if (fitting) {
      this.#free.splice(this.#free.indexOf(fitting), 1);
      return fitting;
    }
    // One that is too small makes room for one that is not.
    if (this.#free.length + this.#out > this.#most) this.#free.shift();
    return new KeyValueCache(this.#shape, Math.min(this.#longest, capacity + SLACK_TOKENS));
  }

  /** Takes one back. Nobody may hold it any more: what it held is wiped. */
  give(cache: KeyValueCache): void {
    this.#out -= 1;
    if (this.#free.length + this.#out >= this.#most) return;
    cache.clear();
    this.#free.push(cache);
  }

  /** One that was taken stays where it is. */
  part(): void {
    this.#out -= 1;
  }
}
