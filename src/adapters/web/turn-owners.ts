import type { TurnId } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';

/** More turns than a page will ever reload; beyond it the oldest are no longer shown. */
const TURNS_LIMIT = 10_000;

/**
 * Knows which thread a turn belongs to. The thread's id is the visitor's key: who does not hold it cannot open its
 * turns, whatever form the core gives to a turn's id.
 */
export class TurnOwners {
  readonly #threads = new Map<TurnId, string>();

  add(turn: TurnId, thread: string): void {
    this.#threads.set(turn, thread);
    const [oldest] = this.#threads.keys();
    if (this.#threads.size > TURNS_LIMIT && oldest !== undefined) this.#threads.delete(oldest);
  }

  /** Fails with `turn-unknown`, whether there is no such turn or it is somebody else's. */
  check(turn: TurnId, thread: string): void {
    if (this.#threads.get(turn) !== thread) throw new WetreadError('turn-unknown');
  }

  forget(thread: string): void {
    for (const [turn, owner] of this.#threads) if (owner === thread) this.#threads.delete(turn);
  }
}
