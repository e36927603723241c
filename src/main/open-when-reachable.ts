import { setTimeout as pause } from 'node:timers/promises';
import { toWetreadError, type WetreadError } from '../errors.ts';

/** A server beside ours that starts at the same time is there in seconds. */
const FIRST_DELAY_MS = 1_000;

/** A large model loads for minutes; a question asked meanwhile waits no longer than this once it is there. */
const LONGEST_DELAY_MS = 30_000;

export type OpenWhenReachable = {
  /** Told of each failure after which it is tried again, and in how long. */
  readonly onFailure: (failure: WetreadError, delayMs: number) => void;
  readonly signal: AbortSignal;
  readonly firstDelayMs?: number;
};

/**
 * Opens what stands on a model endpoint: again and again, ever more slowly, while trying again may help. Fails with any
 * other failure of `open`, and with the signal's reason.
 */
export const openWhenReachable = async <Opened>(
  open: () => Promise<Opened>,
  { onFailure, signal, firstDelayMs = FIRST_DELAY_MS }: OpenWhenReachable,
): Promise<Opened> => {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
    try {
      return await open();
    } catch (error) {
      signal.throwIfAborted();
      const failure = toWetreadError(error, 'start');
      if (failure.kind !== 'model' || !failure.retryable) throw error;
      onFailure(failure, delayMs);
    }
    await pause(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
};
