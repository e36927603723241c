import { setTimeout as sleep } from 'node:timers/promises';
import type { Audit } from '../core/audit.ts';
import type { Logger } from '../log.ts';

export type HousekeepingOptions = {
  /** Each deletes what is past its time. */
  readonly sweeps: readonly (() => Promise<void>)[];
  /** Leaves no byte of what was deleted; everything else waits meanwhile. */
  readonly compact: () => Promise<void>;
  readonly logger: Logger;
  /** Milliseconds of a clock that is never set back. */
  readonly now: () => number;
  readonly times?: HousekeepingTimes;
};

type HousekeepingTimes = {
  readonly sweepEveryMs: number;
  /** What has expired leaves the files by then. */
  readonly compactEveryMs: number;
  /** Somebody who forgets one thread forgets the next. */
  readonly afterForgetMs: number;
};

const TIMES: HousekeepingTimes = {
  sweepEveryMs: 5 * 60_000,
  compactEveryMs: 60 * 60_000,
  afterForgetMs: 10_000,
};

/** A compaction holds up messages, so at most a fiftieth of the time goes to it, however large the store. */
const PAUSE_FOR_EACH_MS_OF_COMPACTION = 50;

/**
 * Deletes what is past its time, at the start and every few minutes, and has the store rewritten without what was
 * deleted: soon after somebody has something forgotten (which it hears as an audit), and once an hour. Never fails;
 * what goes wrong is logged and tried again.
 */
export interface Housekeeping extends Audit {
  /** Sweeps now, and has what an earlier process left deleted leave the files soon. */
  begin(): void;
  /** Resolves once nothing is under way. */
  close(): Promise<void>;
}

export const createHousekeeping = (options: HousekeepingOptions): Housekeeping =>
  new PeriodicHousekeeping(options);

class PeriodicHousekeeping implements Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #times: HousekeepingTimes;
  readonly #closing = new AbortController();
  #sweeping: Promise<void> = Promise.resolve();
  #compacting: Promise<void> = Promise.resolve();
  #work: Promise<void> = Promise.resolve();
  #lastCompaction: number;
  #notBefore = -Infinity;
  #compactionWaits = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#times = options.times ?? TIMES;
    this.#lastCompaction = options.now();
  }

  begin(): void {
    this.#sweeping = this.#sweepAgain();
    this.#wantCompaction();
  }

  write({ kind }: Parameters<Audit['write']>[0]): void {
    if (kind === 'forget') this.#wantCompaction();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([this.#sweeping, this.#compacting]);
    await this.#work;
  }

  async #sweepAgain(): Promise<void> {
    do await this.#sweep();
    while (await this.#pause(this.#times.sweepEveryMs));
  }

  #wantCompaction(): void {
    if (this.#compactionWaits) return;
    this.#compactionWaits = true;
    this.#compacting = this.#compactSoon();
  }

  async #compactSoon(): Promise<void> {
    const { now } = this.#options;
    const goesOn = await this.#pause(Math.max(this.#times.afterForgetMs, this.#notBefore - now()));
    this.#compactionWaits = false;
    if (goesOn) await this.#oneAtATime(() => this.#compact());
  }

  #sweep(): Promise<void> {
    return this.#oneAtATime(async () => {
      for (const sweep of this.#options.sweeps) await sweep();
      const { now } = this.#options;
      if (now() >= this.#lastCompaction + this.#times.compactEveryMs) await this.#compact();
    });
  }

  async #compact(): Promise<void> {
    const { compact, now } = this.#options;
    const start = now();
    this.#lastCompaction = start;
    await compact();
    this.#notBefore = now() + PAUSE_FOR_EACH_MS_OF_COMPACTION * (now() - start);
  }

  #oneAtATime(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(work).catch((error: unknown) => {
      this.#options.logger.error({ error }, 'housekeeping failed');
    });
    return this.#work;
  }

  /** False: closed meanwhile. */
  async #pause(ms: number): Promise<boolean> {
    const { signal } = this.#closing;
    await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  }
}
