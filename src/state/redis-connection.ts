import { createClient, RESP_TYPES } from '@redis/client';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** Before every key, so that the server may hold other programs' keys too. */
export const KEY_PREFIX = 'wetread';

/** How long an operation waits for a connection that is being made anew: a restart of the server takes a second or two. */
const PATIENCE_MS = 5_000;

/** How long one try to connect may take, and how long the server may be silent, pings included, before it is given up. */
const CONNECT_MS = 5_000;
const PING_MS = 2_000;
const SILENCE_MS = 8_000;

/** Between two tries to connect. */
const LONGEST_PAUSE_MS = 2_000;

/** How often the first connection is tried: a server that starts beside us may need a moment, a wrong address none. */
const FIRST_TRIES = 4;

const createRedisClient = (url: string, mayRetry: (retries: number) => boolean) =>
  createClient({
    url,
    // what cannot be sent now fails at once; `run` waits for the connection before it sends
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
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

  private constructor(client: RedisClient) {
    this.client = client;
  }

  /** Fails with `store-unreachable`. */
  static async open(url: string, logger: Logger): Promise<RedisConnection> {
    let connected = false;
    let broken = false;
    let client: RedisClient | undefined;
    try {
      client = createRedisClient(url, (retries) => connected || retries < FIRST_TRIES);
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
      return new RedisConnection(client);
    } catch (error) {
      if (client?.isOpen) client.destroy();
      throw new WetreadError('store-unreachable', {}, { cause: error });
    }
  }

  /** Does something on the server. Fails with `store-failed`. */
  async run<Result>(operation: (client: RedisClient) => Promise<Result>): Promise<Result> {
    try {
      if (this.client.isOpen && !this.client.isReady) await this.#ready();
      return await operation(this.client);
    } catch (error) {
      if (error instanceof WetreadError) throw error;
      throw new WetreadError('store-failed', {}, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (!this.client.isOpen) return;
    if (this.client.isReady) await this.client.close();
    else this.client.destroy();
  }

  /** Resolves when the connection is back, or when it was waited for long enough. */
  async #ready(): Promise<void> {
    const { client } = this;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        client.off('ready', end);
        client.off('end', end);
        resolve();
      };
      const timer = setTimeout(end, PATIENCE_MS);
      client.once('ready', end);
      client.once('end', end);
    });
  }
}

/** Redis takes whole milliseconds, and at least one. */
export const wholeMs = (ttlMs: number): number => Math.max(1, Math.ceil(ttlMs));
