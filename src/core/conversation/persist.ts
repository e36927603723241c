import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

/** The first try again comes soon, as a hiccup is the usual reason; later ones leave the store alone. */
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 2_000;

/** A store that fails may work again; anything else would fail once more. */
const isStoreFailure = (error: unknown): boolean =>
  error instanceof WetreadError && (error.code === 'store-failed' || error.code === 'disk-full');

/** Does a piece of work of the stores again until it succeeds. Ends with the signal's reason when that aborts. */
export const persist = async <Result>(
  work: () => Promise<Result>,
  signal: AbortSignal,
  logger: Logger,
): Promise<Result> => {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!isStoreFailure(error)) throw error;
      logger.warn({ error, pauseMs }, 'the store failed and is tried again');
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
};

/** As `persist`, a few times only: for what somebody waits for who can be told that it failed. */
export const persistBriefly = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  let pauseMs = FIRST_PAUSE_MS;
  for (let left = BRIEF_TRIES; ; left -= 1, pauseMs *= 2) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreFailure(error) || left === 1) throw error;
    }
    await sleep(pauseMs);
  }
};

const BRIEF_TRIES = 3;
