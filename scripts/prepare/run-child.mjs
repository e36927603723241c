// @ts-check
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program with the terminal's own streams and waits for it. Signals are passed on to it, so that this process
 * never ends before it. Resolves to its exit code, 128 + n when signal n ended it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, stdio: import('node:child_process').StdioOptions, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export const runChild = async (command, args, options) => {
  const child = spawn(command, args, options);
  const forward = SIGNALS.map((signal) => {
    const pass = () => void child.kill(signal);
    process.on(signal, pass);
    return () => process.off(signal, pass);
  });
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
      });
    });
  } finally {
    for (const stop of forward) stop();
  }
};
