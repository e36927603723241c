/**
 * A queue between whoever produces values and the one loop that consumes them. A failure is thrown at once: what
 * was queued before it is dropped, so an abort is the last thing a listener hears of.
 */
export class EventChannel<Value> {
  #values: Value[] = [];
  #end: { readonly error: unknown } | 'done' | undefined;
  #wake: (() => void) | undefined;

  push(value: Value): void {
    if (this.#end === undefined) this.#values.push(value);
    this.#wake?.();
  }

  finish(): void {
    this.#end ??= 'done';
    this.#wake?.();
  }

  /** Also after `finish`, as long as the loop has not come to the end. */
  fail(error: unknown): void {
    if (typeof this.#end === 'object') return;
    this.#end = { error };
    this.#values = [];
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void, undefined> {
    for (;;) {
      if (typeof this.#end === 'object') throw this.#end.error;
      const value = this.#values.shift();
      if (value !== undefined) yield value;
      else if (this.#end === 'done') return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
