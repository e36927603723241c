import type { Logger } from '../../log.ts';
import type { TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';
import { KeyedSeries } from './keyed-series.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';
import { persist } from './persist.ts';
import type { TurnRecord, TurnState } from './turn-record.ts';

export type LineOptions = {
  readonly journal: Journal;
  readonly owners: Owners;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly lookAgainMs: number;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
  /** Messages that this process is taking just now. */
  readonly taking: Pick<ReadonlySet<TurnId>, 'has'>;
  /** Answers a turn to its end. Never fails. */
  readonly run: (turn: OpenTurn) => Promise<void>;
  /** Makes a turn that nobody owns any more this process's own; undefined: somebody else was quicker. */
  readonly adopt: (
    record: TurnRecord,
    state: TurnState | undefined,
    owner: string | undefined,
  ) => Promise<OpenTurn | undefined>;
};

const OVER: readonly (TurnState | undefined)[] = ['delivered', 'joined', 'forgotten'];

/**
 * One turn at a time in a thread: whichever is first in its line is run by the process that owns it. Who waits behind
 * another process's turn looks again, and takes it over when that process is dead.
 */
export class LineRunner {
  readonly #options: LineOptions;
  readonly #series = new KeyedSeries();
  /** Threads whose next look has not begun. */
  readonly #looks = new Map<string, Promise<void>>();
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(options: LineOptions) {
    this.#options = options;
  }

  /** Begins what is first in the thread's line, if it is this process's to do. Never fails. */
  look(threadKey: string): Promise<void> {
    const planned = this.#looks.get(threadKey);
    if (planned !== undefined) return planned;
    const look = this.#series.run(threadKey, async () => {
      this.#looks.delete(threadKey);
      try {
        await this.#look(threadKey);
      } catch (error) {
        if (!this.#closing.signal.aborted)
          this.#options.logger.error({ error }, 'the line of a thread was not looked at');
      }
    });
    this.#looks.set(threadKey, look);
    return look;
  }

  /** Runs a turn that stands first in its line, once, and not before its time. */
  begin(turn: OpenTurn): void {
    if (turn.stage !== 'waiting' || this.#closing.signal.aborted) return;
    const waitMs = turn.record.notBefore - this.#options.now();
    if (waitMs > 0 && turn.waitsForWords) {
      this.lookLater(turn.threadKey, waitMs);
      return;
    }
    const run = this.#options.run(turn).finally(() => this.#running.delete(run));
    turn.done = run;
    this.#running.add(run);
  }

  /** As `look`, after a while. */
  lookLater(threadKey: string, afterMs: number): void {
    if (this.#closing.signal.aborted) return;
    clearTimeout(this.#timers.get(threadKey));
    const timer = setTimeout(() => {
      this.#timers.delete(threadKey);
      void this.look(threadKey);
    }, afterMs);
    this.#timers.set(threadKey, timer);
  }

  /** Begins nothing new; what runs goes on. */
  close(): void {
    this.#closing.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #look(threadKey: string): Promise<void> {
    const { journal, logger, open } = this.#options;
    const { signal } = this.#closing;
    if (signal.aborted) return;
    const line = await persist(() => journal.line(threadKey), signal, logger);
    let place = 0;
    for (const id of line) {
      const own = open.get(id);
      if (place === 0) {
        const isFirst = await persist(() => this.#first(threadKey, id, own), signal, logger);
        if (!isFirst) continue;
      } else if (own?.stage === 'waiting') {
        own.comeTo(place);
      }
      place += 1;
    }
  }

  /** What is to be done about the turn at the head of a line. False: it is over, and the next one is first. */
  async #first(threadKey: string, id: TurnId, own: OpenTurn | undefined): Promise<boolean> {
    const { journal, owners, taking, adopt } = this.#options;
    if (own !== undefined) {
      this.begin(own);
      return true;
    }
    const [state, record, owner] = await Promise.all([
      journal.state(id),
      journal.turn(id),
      owners.ownerOf(id),
    ]);
    // Whoever takes it looks at the line afterwards.
    if (taking.has(id)) return true;
    if (record === undefined || OVER.includes(state)) {
      await journal.leaveLine(threadKey, id);
      return false;
    }
    if (owner !== undefined && owner !== owners.me && (await owners.isAlive(owner))) {
      this.lookLater(threadKey, this.#options.lookAgainMs);
      return true;
    }
    const adopted = await adopt(record, state, owner);
    if (adopted === undefined) this.lookLater(threadKey, this.#options.lookAgainMs);
    else this.begin(adopted);
    return true;
  }
}
