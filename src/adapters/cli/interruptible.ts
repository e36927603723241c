import { WetreadError } from '../../errors.ts';
import type { CommandLineParts } from './parts.ts';

/** What a piece of work can know of the user's Ctrl-C. */
export type Interrupt = {
  /** Aborts at the first one, with the error `stopped`. */
  readonly signal: AbortSignal;
  /** From now on the first one calls this instead: an answer is stopped, and what was said stays. */
  onStop(stop: () => void): void;
};

/** Runs `work`; Ctrl-C stops it instead of ending the process (main ends the process at the second one). */
export const interruptible = async <Result>(
  parts: Pick<CommandLineParts, 'onInterrupt'>,
  work: (interrupt: Interrupt) => Promise<Result>,
): Promise<Result> => {
  const controller = new AbortController();
  let stop = (): void => controller.abort(new WetreadError('stopped'));
  const release = parts.onInterrupt(() => stop());
  try {
    return await work({
      signal: controller.signal,
      onStop: (next) => {
        stop = next;
      },
    });
  } finally {
    release();
  }
};
