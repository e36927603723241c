/** A map whose entries end at a time of their own; an entry past its time is as good as absent. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly expiresAt: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  set(key: string, value: Value, ttlMs: number): void {
    this.#entries.set(key, { value, expiresAt: this.#now() + ttlMs });
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && entry.expiresAt > this.#now() ? entry.value : undefined;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }

  *keys(): Generator<string> {
    for (const [key, { expiresAt }] of this.#entries) if (expiresAt > this.#now()) yield key;
  }

  sweep(): void {
    for (const [key, { expiresAt }] of this.#entries)
      if (expiresAt <= this.#now()) this.#entries.delete(key);
  }
}
