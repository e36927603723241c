import { setTimeout as wait } from 'node:timers/promises';
import { createClient, RESP_TYPES } from '@redis/client';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** Before every key, so that the server may hold other programs' keys too. */
export const KEY_PREFIX = 'wetread';

export type RedisTimings = {
  /** How long an operation waits for a connection that is being made anew. */
  readonly patienceMs: number;
  /** How long one try to connect may take. */
  readonly connectMs: number;
  /** How often the server is asked for a sign of life, and how long it may be silent before the connection is given up. */
  readonly pingMs: number;
  readonly silenceMs: number;
  /** How long operations under way are waited for when closing. */
  readonly closeMs: number;
};

/** A restart of the server takes a second or two; loading a large file of its own, several. */
export const REDIS_TIMINGS: RedisTimings = {
  patienceMs: 5_000,
  connectMs: 5_000,
  pingMs: 2_000,
  silenceMs: 8_000,
  closeMs: 2_000,
};

/** The longest pause between two tries to connect. */
const LONGEST_PAUSE_MS = 2_000;

/** How often the first connection is tried: a server that starts beside us may need a moment, a wrong address none. */
const FIRST_TRIES = 4;

const createRedisClient = (
  url: string,
  timings: RedisTimings,
  mayRetry: (retries: number) => boolean,
) =>
  createClient({
    url,
    // what cannot be sent now fails at once; `run` waits for the connection before it sends
    disableOfflineQueue: true,
    pingInterval: timings.pingMs,
    socket: {
      connectTimeout: timings.connectMs,
      socketTimeout: timings.silenceMs,
      reconnectStrategy: (retries, cause) =>
        mayRetry(retries) ? Math.min(100 * 2 ** retries, LONGEST_PAUSE_MS) : cause,
    },
  });

export type RedisClient = ReturnType<typeof createRedisClient>;

/** The same connection, its strings as bytes. */
export const asBytes = (client: RedisClient) =>
  client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });

/**
 * One connection to a Redis server, made anew whenever it breaks. An operation under way when it breaks fails with
 * `store-failed`, and whether it took effect is not known.
 */
export class RedisConnection {
  readonly client: RedisClient;
  readonly #timings: RedisTimings;
  readonly #underWay = new Set<Promise<unknown>>();
  /** While the connection is being made anew; shared by all that wait. */
  #readiness: Promise<void> | undefined;
  #closed = false;

  private constructor(client: RedisClient, timings: RedisTimings) {
    this.client = client;
    this.#timings = timings;
  }

  /** Fails with `store-unreachable`. */
  static async open(url: string, timings: RedisTimings, logger: Logger): Promise<RedisConnection> {
    let connected = false;
    let broken = false;
    let client: RedisClient | undefined;
    try {
      client = createRedisClient(url, timings, (retries) => connected || retries < FIRST_TRIES);
      client.on('error', (error: unknown) => {
        if (!broken && connected) logger.warn({ error }, 'the connection to Redis broke');
        broken = true;
      });
      client.on('ready', () => {
        if (broken && connected) logger.info('the connection to Redis is back');
        broken = false;
      });
      await client.connect();
      connected = true;
      return new RedisConnection(client, timings);
    } catch (error) {
      if (client?.isOpen) client.destroy();
      throw new WetreadError('store-unreachable', {}, { cause: error });
    }
  }

  /** Does something on the server. Fails with `store-failed`. */
  async run<Result>(operation: (client: RedisClient) => Promise<Result>): Promise<Result> {
    let work: Promise<Result> | undefined;
    try {
      // @keyv/redis would connect a closed client again
      if (this.#closed) throw new Error('the connection is closed');
      if (!this.client.isReady) await this.#ready();
      work = operation(this.client);
      this.#underWay.add(work);
      return await work;
    } catch (error) {
      if (error instanceof WetreadError) throw error;
      throw new WetreadError('store-failed', {}, { cause: error });
    } finally {
      if (work !== undefined) this.#underWay.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const finished = Promise.allSettled(this.#underWay);
    await Promise.race([finished, wait(this.#timings.closeMs, undefined, { ref: false })]);
    // not its close(), which waits for a server that hangs for ever
    if (this.client.isOpen) this.client.destroy();
  }

  /** Resolves when the connection is back, or when it was waited for long enough. */
  async #ready(): Promise<void> {
    this.#readiness ??= new Promise<void>((resolve) => {
      const { client } = this;
      const end = (): void => {
        clearTimeout(timer);
        client.off('ready', end);
        client.off('end', end);
        this.#readiness = undefined;
        resolve();
      };
      const timer = setTimeout(end, this.#timings.patienceMs);
      client.once('ready', end);
      client.once('end', end);
    });
    await this.#readiness;
  }
}

/** Redis takes whole milliseconds, and at least one. */
export const wholeMs = (ttlMs: number): number => Math.max(1, Math.ceil(ttlMs));
