import { randomUUID } from 'node:crypto';
import { readConfig, type Config } from '../config.ts';
import { ERRORS, toWetreadError, WetreadError } from '../errors.ts';
import { createLogger, type Logger } from '../log.ts';
import { Server } from './server.ts';
import { onEndingSignal } from './signals.ts';

/**
 * Runs the server until a signal ends it. Prints one line on standard output when it is ready; what keeps it from
 * starting is a sentence on standard error. Resolves to the exit code.
 */
export const serveUntilStopped = async (
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> => {
  try {
    const config = readConfig(environment);
    const logger = createLogger(config.logLevel ?? 'info');
    exitOnUnforeseen(logger);
    await run(config, logger);
    return 0;
  } catch (error) {
    const failure = toWetreadError(error, randomUUID());
    if (failure.code === 'stopped') return 0;
    if (failure.code === 'internal') createLogger('error').error({ err: error, ...failure.facts });
    // a setting's sentence says what to do already; a model's is meant for whoever asked a question
    const advice = failure.kind === 'model' ? ` ${ERRORS[failure.code].operator}` : '';
    process.stderr.write(`${failure.message}${advice}\n`);
    return 1;
  }
};

/** A failure that nobody caught leaves the process in an unknown state: it is logged by code, and the process ends. */
const exitOnUnforeseen = (logger: Logger): void => {
  const end = (error: unknown): void => {
    logger.fatal({ err: error }, 'unforeseen failure');
    process.exit(1);
  };
  process.on('unhandledRejection', end);
  process.on('uncaughtException', end);
};

const run = async (config: Config, logger: Logger): Promise<void> => {
  const stopping = new AbortController();
  const stopListening = onEndingSignal(() => stopping.abort(new WetreadError('stopped')));
  const { signal } = stopping;
  const server = new Server(config, logger);
  try {
    const url = await server.open(signal);
    process.stdout.write(`ready${url === undefined ? '' : ` ${url}`}\n`);
    await aborted(signal);
    logger.info({ graceMs: config.shutdownGraceMs }, 'stopping');
  } finally {
    await server.close(config.shutdownGraceMs);
    stopListening();
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
