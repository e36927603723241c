import { WetreadError } from '../errors.ts';
import type { Opened } from './open-conversation.ts';

/** Where questions are answered: empty until the model is loaded, closed from the first signal on. */
export class Room {
  #opened: Opened | undefined;
  #failure: WetreadError | undefined;
  #closing = false;
  readonly #waiting = new Set<() => void>();

  get ready(): boolean {
    return this.#opened !== undefined && !this.#closing;
  }

  /** undefined: there is none yet. */
  get model(): Opened['model'] | undefined {
    return this.#opened?.model;
  }

  /** Fails with why it is still empty: `not-ready`, or what kept the model from being reached. */
  get opened(): Opened {
    if (this.#opened === undefined) throw this.#failure ?? new WetreadError('not-ready');
    return this.#opened;
  }

  /** Waits for it; fails when the signal aborts first. */
  async whenOpen(signal: AbortSignal): Promise<Opened> {
    while (this.#opened === undefined) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    return this.#opened;
  }

  open(opened: Opened): void {
    this.#opened = opened;
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  /** Why it is still empty: what a question is told meanwhile. */
  fail(failure: WetreadError): void {
    this.#failure = failure;
  }

  /** Drops what is past its time, once there is something. */
  async sweep(): Promise<void> {
    await this.#opened?.sweep();
  }

  /** `others` work with the model besides the conversation, and are waited for before it goes. */
  async close(graceMs: number, others: () => Promise<void>): Promise<void> {
    this.#closing = true;
    await this.#opened?.close(graceMs, others);
  }
}
