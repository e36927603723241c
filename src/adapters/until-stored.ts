import { WetreadError } from '../errors.ts';
import { untilDone } from './until-done.ts';

const RETRY_MS = 500;

/** What is reported to the conversation is told again while the store fails. Ends with the signal's abort. */
export const untilStored = (work: () => Promise<void>, signal: AbortSignal): Promise<void> =>
  untilDone(work, {
    mayPass: (error) => error instanceof WetreadError && error.code === 'store-failed',
    longestWaitMs: RETRY_MS,
    signal,
  });
