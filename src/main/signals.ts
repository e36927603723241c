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
    if (asked) endBy(signal);
    asked = true;
    listener();
  };
  for (const signal of ENDING) process.on(signal, receive);
  return () => {
    for (const signal of ENDING) process.off(signal, receive);
  };
};

/**
 * Ends the process by the signal itself: process.exit would wait for the text gate's thread, and abort it in the middle
 * of a step of onnxruntime.
 */
const endBy = (signal: NodeJS.Signals): never => {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // the first process of a container is not ended by a signal that it does not listen to
  process.exit(128 + constants.signals[signal]);
};
