import type { Notice, ReplyEvent } from '../reply.ts';

/** The events of one turn: written once, read by any number of listeners, each from the first on. */
export class TurnLog {
  readonly #events: ReplyEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;
  #failure: { readonly reason: unknown } | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  get events(): readonly ReplyEvent[] {
    return this.#events;
  }

  /** The words so far. */
  get text(): string {
    return this.#events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  }

  get notices(): readonly Notice[] {
    return this.#events.flatMap((event) =>
      event.type === 'notice' ? [{ code: event.code, text: event.text }] : [],
    );
  }

  /** Nothing comes after the event that ends a reply, whoever writes it. */
  add(event: ReplyEvent): void {
    if (this.#ended || this.#failure !== undefined) return;
    this.#events.push(event);
    this.#ended = isEnding(event);
    this.#wake();
  }

  /** The turn ends without a reply here: it was forgotten, or another process goes on with it. */
  fail(reason: unknown): void {
    if (this.#ended) return;
    this.#failure ??= { reason };
    this.#wake();
  }

  async *follow(signal: AbortSignal): AsyncGenerator<ReplyEvent> {
    for (let next = 0; ; next++) {
      while (next >= this.#events.length) {
        if (this.#ended) return;
        if (this.#failure !== undefined) throw this.#failure.reason;
        signal.throwIfAborted();
        await this.#more(signal);
      }
      signal.throwIfAborted();
      yield this.#events[next]!;
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  #more(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** Whether a reply ends with this event. */
export const isEnding = (event: ReplyEvent): boolean =>
  event.type === 'end' || event.type === 'choices' || event.type === 'error';
