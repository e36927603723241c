import { randomUUID } from 'node:crypto';
import { createHttpServer, type HttpServer } from '../adapters/http.ts';
import { createWebAdapter } from '../adapters/web/web.ts';
import { readConfig, type Config } from '../config.ts';
import { ERRORS, toWetreadError, WetreadError } from '../errors.ts';
import { createLogger, type Logger } from '../log.ts';
import { openConversation, type Opened } from './open-conversation.ts';
import { lateConversation } from './late-conversation.ts';
import { openWhenReachable } from './open-when-reachable.ts';
import { onEndingSignal } from './signals.ts';

/** Of a conversion that takes minutes, one log line for each tenth. */
const CONVERTING_STEPS = 10;

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
  // The door opens before the model: a taken port is told before a conversion of minutes, and /health answers meanwhile.
  const room = new Room();
  const door = config.http.on ? await openDoor(config, logger, room) : undefined;
  try {
    const onConverting = logConverting(logger);
    const open = () => openConversation({ config, logger, onConverting, signal });
    const onFailure = (failure: WetreadError, delayMs: number): void => {
      room.fail(failure);
      const { code, message } = failure;
      logger.warn({ code, delayMs }, `${message} ${ERRORS[code].operator}`);
    };
    const opened = await (config.model.url === undefined
      ? open()
      : openWhenReachable(open, { onFailure, signal }));
    room.open(opened);
    const { name: model, version, demo } = opened.model;
    logger.info({ model, version, demo }, 'ready');
    if (door === undefined)
      logger.warn('HTTP is off, and nothing else is set up to take questions');
    process.stdout.write(`ready${door === undefined ? '' : ` ${door.url}`}\n`);
    await aborted(signal);
    logger.info({ graceMs: config.shutdownGraceMs }, 'stopping');
  } finally {
    await room.close(config.shutdownGraceMs);
    await door?.server.close();
    stopListening();
  }
};

/** Where questions are answered: empty until the model is there, closed from the first signal on. */
class Room {
  #opened: Opened | undefined;
  #failure: WetreadError | undefined;
  #closing = false;

  get ready(): boolean {
    return this.#opened !== undefined && !this.#closing;
  }

  get opened(): Opened {
    if (this.#opened === undefined) throw this.#failure ?? new WetreadError('not-ready');
    return this.#opened;
  }

  open(opened: Opened): void {
    this.#opened = opened;
  }

  /** Why it is still empty: what a question is told meanwhile. */
  fail(failure: WetreadError): void {
    this.#failure = failure;
  }

  async close(graceMs: number): Promise<void> {
    this.#closing = true;
    await this.#opened?.close(graceMs);
  }
}

/** The HTTP server with its ways in, listening. */
const openDoor = async (
  config: Config,
  logger: Logger,
  room: Room,
): Promise<{ server: HttpServer; url: string }> => {
  const { host, port } = config.http;
  const ready = (): boolean => room.ready;
  const server = createHttpServer({ logger, host, names: [], ready, id: randomUUID });
  const conversation = lateConversation(() => room.opened.conversation);
  const model = {
    get name() {
      return room.opened.model.name;
    },
    get demo() {
      return room.opened.model.demo;
    },
  };
  await server.register(createWebAdapter({ conversation, model, logger, id: randomUUID }));
  const { url } = await server.listen(port);
  return { server, url };
};

const logConverting = (logger: Logger): ((done: number, total: number) => void) => {
  let step = -1;
  return (done, total) => {
    const now = Math.floor((CONVERTING_STEPS * done) / Math.max(total, 1));
    if (now === step) return;
    step = now;
    logger.info({ percent: (100 * now) / CONVERTING_STEPS }, 'converting the checkpoint');
  };
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
