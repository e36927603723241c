import { constants } from 'node:os';

/** What asks a process to end: Ctrl-C, `kill` and service managers, a terminal that closes. */
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Calls `listener` at the first signal to end; a second one ends the process at once, as it would have without us.
 * Returns how to stop listening.
 */
export const onEndingSignal = (listener: () => void): (() => void) => {
  let asked = false;
  const receive = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(128 + constants.signals[signal]);
    asked = true;
    listener();
  };
  for (const signal of ENDING) process.on(signal, receive);
  return () => {
    for (const signal of ENDING) process.off(signal, receive);
  };
};
