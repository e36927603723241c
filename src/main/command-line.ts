import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createCommandLine } from '../adapters/cli/command-line.ts';
import { exitCodeOf } from '../adapters/cli/exit-code.ts';
import type { CommandLineParts } from '../adapters/cli/parts.ts';
import { readConfig, type Config } from '../config.ts';
import { redactPicture } from '../core/intake/redact-picture.ts';
import { createTextGate } from '../core/text-gate/create-text-gate.ts';
import { WetreadError } from '../errors.ts';
import { createLogger, type LogLevel } from '../log.ts';
import { createDataCommands } from './data-commands.ts';
import { createModelCommands } from './model-commands.ts';
import { diagnose } from './diagnose.ts';
import { inMemory } from './in-memory.ts';
import { openConversation, textThreads, type TakenFilm } from './open-conversation.ts';
import { packageVersion } from './package.ts';
import { onEndingSignal } from './signals.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the command line when LOG_LEVEL is not set: what is shown is the answer, and a log would stand in it. */
const LOG_LEVEL: LogLevel = 'error';

/** A stopped or finished command waits for nothing. */
const NO_GRACE_MS = 0;

/** Runs the command line on this process's own streams. Resolves to the exit code. */
export const runCommandLine = async (
  argv: readonly string[],
  environment: Environment,
): Promise<number> => {
  let isLost = false;
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader that has gone away (`wetread read … | head`) is no failure, and the film is still drawn. To exit here
    // would end the process in the middle of a step of onnxruntime, which aborts it.
    isLost ||= code !== 'EPIPE';
  });
  const exitCode = await createCommandLine(commandLineParts(environment))(argv);
  // what is lost is known once it should have been written
  await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
  if (!isLost || exitCode !== 0) return exitCode;
  const { code, message } = new WetreadError('output-lost');
  process.stderr.write(`${message}\n`);
  return exitCodeOf(code);
};

const commandLineParts = (environment: Environment): CommandLineParts => {
  const workingDirectory = process.cwd();
  const here = (path: string): string => resolve(workingDirectory, path);
  const logger = createLogger(logLevelOf(environment));
  return {
    version: packageVersion(),
    terminal: {
      input: process.stdin,
      output: process.stdout,
      errors: process.stderr,
      colours: (environment['NO_COLOR'] ?? '') === '' && environment['TERM'] !== 'dumb',
    },
    workingDirectory,
    logger,
    id: randomUUID,
    onInterrupt: onEndingSignal,

    openConversation: async ({ model, onConverting, signal }) => {
      const config = withModel(readConfig(environment), model, here);
      let film: TakenFilm | undefined;
      const opened = await openConversation({
        config,
        ...inMemory(),
        logger,
        onConverting,
        onFilm: (taken) => (film = taken),
        signal,
      });
      return { ...opened, film: () => film, close: () => opened.close(NO_GRACE_MS) };
    },

    ...createModelCommands({ config: () => readConfig(environment), here, logger }),
    redact: async (bytes) => {
      const textGate = createTextGate({ threads: textThreads(), logger });
      try {
        return await redactPicture(bytes, textGate);
      } finally {
        await textGate.close();
      }
    },

    diagnose: () => diagnose(environment, logger),

    ...createDataCommands(() => readConfig(environment), logger),
  };
};

/** A setting that is wrong is told by the command that needs it, and by doctor; `--help` needs none. */
const logLevelOf = (environment: Environment): LogLevel => {
  try {
    return readConfig(environment).logLevel ?? LOG_LEVEL;
  } catch {
    return LOG_LEVEL;
  }
};

/**
 * `--model` wins over the settings: a folder seen from where the user is, or an address. The key and the name that are
 * set are for the model that is set; another one gets neither.
 */
const withModel = (
  config: Config,
  model: string | undefined,
  here: (path: string) => string,
): Config => {
  if (model === undefined) return config;
  const { url, apiKey, name } = config.model;
  if (!/^https?:\/\//.test(model))
    return {
      ...config,
      model: { ...config.model, url: undefined, name: undefined, directory: here(model) },
    };
  if (!URL.canParse(model))
    throw new WetreadError('usage', { problem: 'The address after --model is not one.' });
  const same = url === undefined || new URL(url).origin === new URL(model).origin;
  const credentials = same ? { apiKey, name } : { apiKey: undefined, name: undefined };
  return { ...config, model: { ...config.model, ...credentials, url: model } };
};
