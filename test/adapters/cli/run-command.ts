import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { createCommandLine } from '../../../src/adapters/cli/command-line.ts';
import type { CommandLineParts } from '../../../src/adapters/cli/parts.ts';
import { createLogger } from '../../../src/log.ts';

export type Run = {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
  readonly log: string;
};

export type Started = {
  readonly folder: string;
  readonly finished: Promise<Run>;
  /** What standard output holds so far. */
  output(): string;
  /** A Ctrl-C. */
  interrupt(): void;
  /** Types a line. */
  type(line: string): void;
};

export type RunOptions = Partial<Omit<CommandLineParts, 'terminal'>> & {
  /** Standard input; without it, lines come from `type`. */
  readonly input?: string | Uint8Array;
  /** Standard input that is a terminal's. */
  readonly keys?: NodeJS.ReadableStream;
  readonly onTerminal?: boolean;
  readonly colours?: boolean;
};

/** Collects what is written to it. */
const collector = (isTTY: boolean) => {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY, columns: 80 }), text: () => chunks.join('') };
};

/** Refuses what a test does not hand in. */
const unexpected = (): never => {
  throw new Error('not expected in this test');
};

/** An empty folder, gone after the test. */
export const emptyFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** Starts the command line in this process, in an empty folder that holds `film.png`. */
export const startCommand = async (
  argv: readonly string[],
  options: RunOptions = {},
): Promise<Started> => {
  const { input, keys, onTerminal = false, colours = false, ...parts } = options;
  const folder = parts.workingDirectory ?? (await emptyFolder());
  if (parts.workingDirectory === undefined) await writeFile(join(folder, 'film.png'), 'a film');
  const typed = new PassThrough();
  const [output, errors, log] = [collector(onTerminal), collector(onTerminal), collector(false)];
  const listeners = new Set<() => void>();
  let count = 0;
  const run = createCommandLine({
    version: '1.2.3',
    terminal: {
      input: keys ?? (input === undefined ? typed : Readable.from([Buffer.from(input)])),
      output: output.stream,
      errors: errors.stream,
      colours,
    },
    workingDirectory: folder,
    logger: createLogger('trace', log.stream),
    id: () => `id-${(count += 1)}`,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    openConversation: unexpected,
    redact: unexpected,
    convert: unexpected,
    describeModel: unexpected,
    verify: unexpected,
    diagnose: unexpected,
    exportFeedback: unexpected,
    exportCases: unexpected,
    compactData: unexpected,
    ...parts,
  });
  const finished = run(argv).then((exitCode) => ({
    exitCode,
    output: output.text(),
    errors: errors.text(),
    log: log.text(),
  }));
  return {
    folder,
    finished,
    output: output.text,
    interrupt: () => {
      for (const listener of listeners) listener();
    },
    type: (line) => void typed.write(`${line}\n`),
  };
};

export const runCommand = async (argv: readonly string[], options?: RunOptions): Promise<Run> =>
  (await startCommand(argv, options)).finished;
