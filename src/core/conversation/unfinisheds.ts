import type { Unfinished } from '../conversation.ts';

/** What each platform's adapter has still to do, in the order in which it was found. */
export class Unfinisheds {
  readonly #lists = new Map<string, Unfinished[]>();
  readonly #waiting = new Map<string, Set<() => void>>();

  add(platform: string, unfinished: Unfinished): void {
    const list = this.#lists.get(platform) ?? [];
    list.push(unfinished);
    this.#lists.set(platform, list);
    for (const wake of this.#waiting.get(platform) ?? []) wake();
  }

  /** What was found belongs to somebody else by now. */
  clear(): void {
    this.#lists.clear();
  }

  /** Each once, to whichever listener comes first; goes on until the signal aborts. */
  async *take(platform: string, signal: AbortSignal): AsyncGenerator<Unfinished> {
    while (!signal.aborted) {
      const next = this.#lists.get(platform)?.shift();
      if (next === undefined) await this.#more(platform, signal);
      else yield next;
    }
  }

  #more(platform: string, signal: AbortSignal): Promise<void> {
    const waiting = this.#waiting.get(platform) ?? new Set();
    this.#waiting.set(platform, waiting);
    return new Promise((resolve) => {
      const wake = (): void => {
        waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}
