import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { KeyvRecords } from './keyv-records.ts';
import type { OpenStores } from './open-stores.ts';
import { RedisBlobs } from './redis-blobs.ts';
import { RedisClaims } from './redis-claims.ts';
import {
  KEY_PREFIX,
  REDIS_TIMINGS,
  RedisConnection,
  type RedisTimings,
} from './redis-connection.ts';
import { RedisKeyv } from './redis-keyv.ts';

export type RedisStoresOptions = {
  /** `redis://` or `rediss://`, with user, password and database number where there are any. */
  readonly url: string;
  readonly now: () => number;
  readonly logger: Logger;
};

/** How the keys are laid out. Format 1 is the first. */
const FORMAT = 1;

/** Leases are the server's to time; ends that are told to people are this machine's. More than this shows. */
const CLOCKS_APART_MS = 5_000;

/**
 * The stores that several servers share: one Redis server (or one that follows another; not a cluster). What resolved
 * is held by the server: it survives the death of every Wetread, and what the server itself survives is its own
 * `appendonly` setting. Deleting and expiring are the server's as well, so sweeping and compacting have nothing to do;
 * its own files are the operator's. Fails with `store-unreachable`, `store-newer`, `store-failed`.
 */
export const openRedisStores = async (
  { url, now, logger }: RedisStoresOptions,
  timings: RedisTimings = REDIS_TIMINGS,
): Promise<OpenStores> => {
  const connection = await RedisConnection.open(url, timings, logger);
  try {
    await checkFormat(connection);
    await compareClocks(connection, now, logger);
    const blobsConnection = await RedisConnection.open(url, timings, logger);
    return {
      records: new KeyvRecords(() => new RedisKeyv(connection)),
      claims: new RedisClaims(connection),
      blobs: new RedisBlobs(blobsConnection),
      sweep: async () => undefined,
      compact: async () => undefined,
      close: async () => {
        await blobsConnection.close();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
};

const checkFormat = async (connection: RedisConnection): Promise<void> => {
  const key = `${KEY_PREFIX}:format`;
  await connection.run((client) => client.set(key, String(FORMAT), { condition: 'NX' }));
  const found = Number(await connection.run((client) => client.get(key)));
  if (found > FORMAT) throw new WetreadError('store-newer', { found, known: FORMAT });
};

const compareClocks = async (
  connection: RedisConnection,
  now: () => number,
  logger: Logger,
): Promise<void> => {
  const [seconds, microseconds] = await connection.run((client) => client.time());
  const apartMs = now() - (Number(seconds) * 1000 + Number(microseconds) / 1000);
  if (Math.abs(apartMs) > CLOCKS_APART_MS)
    logger.warn({ apartMs: Math.round(apartMs) }, 'the clocks of this machine and of Redis differ');
};
