import { setTimeout as pause } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';

/** The answers that are being made, so that a server that ends can let them finish. */
export class Running {
  readonly #answers = new Set<{
    readonly stop: AbortController;
    readonly ended: Promise<unknown>;
  }>();
  #draining = false;

  /** Makes one answer; `stop` ends it. Fails with `closing` once the server ends. */
  async run<Result>(
    stop: AbortController,
    answer: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    if (this.#draining) throw new WetreadError('closing');
    const ended = answer(stop.signal);
    const entry = { stop, ended };
    this.#answers.add(entry);
    try {
      return await ended;
    } finally {
      this.#answers.delete(entry);
    }
  }

  /** Takes nothing new, and gives what runs `graceMs`. Resolves when nothing does. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const all = Promise.allSettled([...this.#answers].map(({ ended }) => ended));
    const grace = new AbortController();
    await Promise.race([
      all,
      pause(graceMs, undefined, { signal: grace.signal }).catch(() => undefined),
    ]);
    grace.abort();
    for (const { stop } of this.#answers) stop.abort(new WetreadError('closing'));
    await all;
  }
}
