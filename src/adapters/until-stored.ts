import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../errors.ts';

const RETRY_MS = 500;

/** What is reported to the conversation is told again while the store fails. Ends with the signal's abort. */
export const untilStored = async (
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof WetreadError) || error.code !== 'store-failed') throw error;
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
};
