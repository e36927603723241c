import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openRedisStores } from '../../src/state/redis-stores.ts';
import { describeBlobs } from '../contracts/blobs.contract.ts';
import { describeClaims } from '../contracts/claims.contract.ts';
import { describeRecords } from '../contracts/records.contract.ts';
import type { OpenedStores } from '../support/opened-stores.ts';
import { redisMissing, startRedis, type RedisServer } from '../support/redis-server.ts';

const LONG_MS = 60_000;
const logger = createLogger('silent');

if (redisMissing !== undefined) process.stderr.write(`Redis is not tested: ${redisMissing}\n`);

describe.skipIf(redisMissing !== undefined)('with a real redis-server', () => {
  let server: RedisServer;
  let databases = 0;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  /** Each in a database of its own of the one server. */
  const open = async (): Promise<OpenedStores> => {
    const url = `${server.url}/${databases++}`;
    return { stores: await openRedisStores({ url, now: Date.now, logger }), passTime: wait };
  };

  describeRecords('Redis', open);
  describeClaims('Redis', open);
  describeBlobs('Redis', open);

  test('shares everything between two servers', async () => {
    const url = `${server.url}/14`;
    const one = await openRedisStores({ url, now: Date.now, logger });
    const other = await openRedisStores({ url, now: Date.now, logger });
    onTestFinished(async () => {
      await one.close();
      await other.close();
    });
    await one.records.set('threads', 'a', { films: 1 }, LONG_MS);
    await one.blobs.put('films', 'f', new Uint8Array([1, 2]), LONG_MS);
    expect(await other.records.get('threads', 'a')).toEqual({ films: 1 });
    expect([...((await other.blobs.get('films', 'f')) ?? [])]).toEqual([1, 2]);
    expect(await one.claims.claim('x', 'one', LONG_MS)).toBe(true);
    expect(await other.claims.claim('x', 'other', LONG_MS)).toBe(false);
    expect(await Promise.all([one.claims.join('l', 'a'), other.claims.join('l', 'b')])).toEqual(
      expect.arrayContaining([1, 2]),
    );
  });
});
