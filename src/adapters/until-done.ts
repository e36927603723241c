import { setTimeout as sleep } from 'node:timers/promises';

const FIRST_WAIT_MS = 500;

/**
 * Does it again while what it fails with may pass, waiting twice as long each time, at the most `longestWaitMs`. Fails with what
 * does not pass, and with the signal's abort.
 */
export const untilDone = async <Result>(
  work: () => Promise<Result>,
  {
    mayPass,
    longestWaitMs,
    signal,
  }: {
    readonly mayPass: (error: unknown) => boolean;
    readonly longestWaitMs: number;
    readonly signal: AbortSignal;
  },
): Promise<Result> => {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
    try {
      return await work();
    } catch (error) {
      if (!mayPass(error)) throw error;
      await sleep(waitMs, undefined, { signal });
    }
  }
};
