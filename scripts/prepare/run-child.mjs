// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with the terminal's own streams and waits for it. Signals are passed on to it, so that this process
 * never ends before it. Resolves to its exit code, and the signal that ended it: the code is then 128 + its number.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{
 *   cwd: string,
 *   stdio: import('node:child_process').StdioOptions,
 *   env?: NodeJS.ProcessEnv,
 *   onStart?: (child: number) => void,
 * }} options
 * @returns {Promise<{ code: number, signal: NodeJS.Signals | null }>}
 */
export const runChild = async (command, args, options) => {
  const { onStart, ...spawning } = options;
  const child = spawn(command, args, spawning);
  if (child.pid !== undefined) onStart?.(child.pid);
  /** @type {NodeJS.Signals | null} */
  let passedOn = null;
  const forward = SIGNALS.map((signal) => {
    const pass = () => {
      passedOn = signal;
      child.kill(signal);
    };
    process.on(signal, pass);
    return () => process.off(signal, pass);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        // npm catches a signal and exits with a code of its own
        const ended = signal ?? passedOn;
        resolve({
          code: ended === null ? (code ?? 1) : 128 + constants.signals[ended],
          signal: ended,
        });
      });
    });
  } finally {
    for (const stop of forward) stop();
  }
};
