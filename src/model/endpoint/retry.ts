import type { Failure } from './failure.ts';

export type RetrySettings = {
  /** Further attempts after the first. */
  readonly retries: number;
  /** Before the first further attempt; doubles with each. */
  readonly retryDelayMs: number;
};

/** Doubling ends here: a user waits for the answer. */
const LONGEST_DELAY_MS = 8_000;

/** A server that asks for more than this is busy for longer than a user waits; the user is told so at once. */
const LONGEST_RETRY_AFTER_MS = 30_000;

/** How long to wait before another attempt; undefined: there is none. `attempt` counts from 0. */
export const delayBeforeRetry = (
  { retry, retryAfterMs }: Failure,
  attempt: number,
  { retries, retryDelayMs }: RetrySettings,
): number | undefined => {
  if (!retry || attempt >= retries) return undefined;
  const delayMs = retryAfterMs ?? Math.min(retryDelayMs * 2 ** attempt, LONGEST_DELAY_MS);
  return delayMs <= LONGEST_RETRY_AFTER_MS ? delayMs : undefined;
};
