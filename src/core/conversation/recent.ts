export type RecentLimits = {
  readonly count: number;
  readonly bytes: number;
  /** Since the last use. */
  readonly ageMs: number;
};

export type RecentOptions<Value> = {
  readonly limits: RecentLimits;
  readonly now: () => number;
  readonly bytesOf: (value: Value) => number;
  /** Never dropped while this holds. */
  readonly isBusy: (value: Value) => boolean;
  readonly onDrop: (value: Value) => void;
};

/** What was used last, kept within limits: the least recently used go first. */
export class Recent<Value> {
  readonly #options: RecentOptions<Value>;
  /** Least recently used first. */
  readonly #entries = new Map<string, { readonly value: Value; readonly usedAt: number }>();

  constructor(options: RecentOptions<Value>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#isStale(entry)) {
      this.#drop(key, entry.value);
      return undefined;
    }
    this.set(key, entry.value);
    return entry.value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, usedAt: this.#options.now() });
  }

  /** Takes it out without a word. */
  delete(key: string): void {
    this.#entries.delete(key);
  }

  values(): Value[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }

  /** Drops what is too old, and of the rest what is too much. */
  sweep(): void {
    const { limits, isBusy, bytesOf } = this.#options;
    let bytes = this.values().reduce((sum, value) => sum + bytesOf(value), 0);
    for (const [key, entry] of this.#entries) {
      const tooMuch = this.#entries.size > limits.count || bytes > limits.bytes;
      if ((!tooMuch && !this.#isStale(entry)) || isBusy(entry.value)) continue;
      bytes -= bytesOf(entry.value);
      this.#drop(key, entry.value);
    }
  }

  #isStale({ value, usedAt }: { readonly value: Value; readonly usedAt: number }): boolean {
    const { limits, now, isBusy } = this.#options;
    return now() - usedAt > limits.ageMs && !isBusy(value);
  }

  #drop(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#options.onDrop(value);
  }
}
