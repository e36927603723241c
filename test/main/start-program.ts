import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';

export type Program = {
  /** What standard output and standard error hold so far. */
  output(): string;
  errors(): string;
  /** Waits for `pattern` on standard output, and gives what it matched. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  signal(signal: NodeJS.Signals): void;
  /** Reads no further: what is written to standard output from now on fails. */
  leaveOutput(): void;
  /** null: it was ended by a signal. */
  readonly exitCode: Promise<number | null>;
};

/** An empty folder, gone after the test. */
export const emptyFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-main-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** Set, though to nothing, they keep out what a developer's .env says. */
const NO_SETTINGS = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));

/** Starts Node with these arguments, and none of the settings of whoever runs the tests. */
export const startProgram = (
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Program => {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, ...NO_SETTINGS, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [output, errors]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    output: () => output.join(''),
    errors: () => errors.join(''),
    printed: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(output.join(''));
          if (match) resolve(match);
        };
        look();
        child.stdout.on('data', look);
        child.once('close', () => {
          look();
          reject(new Error(`ended without printing it; on standard error: ${errors.join('')}`));
        });
      }),
    signal: (signal) => void child.kill(signal),
    leaveOutput: () => void child.stdout.destroy(),
    exitCode,
  };
};
