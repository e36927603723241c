import type { ReplyEvent } from '../reply.ts';

/** The events of one turn: written once, read by any number of listeners, each from the first on. */
export class TurnLog {
  readonly #events: ReplyEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  get ended(): boolean {
    return this.#ended;
  }

  get events(): readonly ReplyEvent[] {
    return this.#events;
  }

  /** Bytes of the pictures in it; the words are nothing beside them. */
  get bytes(): number {
    return this.#events.reduce((sum, event) => sum + pictureBytes(event), 0);
  }

  /** Nothing comes after the event that ends a reply, whoever writes it. */
  add(event: ReplyEvent): void {
    if (this.#ended) return;
    this.#events.push(event);
    this.#ended = event.type === 'end' || event.type === 'choices' || event.type === 'error';
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  async *follow(signal: AbortSignal): AsyncGenerator<ReplyEvent> {
    for (let next = 0; ; next++) {
      while (next >= this.#events.length) {
        if (this.#ended) return;
        signal.throwIfAborted();
        await this.#more(signal);
      }
      signal.throwIfAborted();
      yield this.#events[next]!;
    }
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

const pictureBytes = (event: ReplyEvent): number => {
  // The picture in `end` is that of `image`.
  if (event.type === 'image') return event.png.byteLength;
  return event.type === 'choices' ? (event.picture?.png.byteLength ?? 0) : 0;
};
