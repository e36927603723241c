import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openRedisStores } from '../../src/state/redis-stores.ts';
import { describeBlobs } from '../contracts/blobs.contract.ts';
import { describeClaims } from '../contracts/claims.contract.ts';
import { describeRecords } from '../contracts/records.contract.ts';
import { collect, failureOf } from '../support/collect.ts';
import type { OpenedStores } from '../support/opened-stores.ts';
import { redisMissing, startRedis, type RedisServer } from '../support/redis-server.ts';

const LONG_MS = 60_000;

const IMPATIENT = { patienceMs: 1_500, connectMs: 500, pingMs: 200, silenceMs: 700, closeMs: 300 };
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

  test('holds nothing but keys of its own, and leaves those of others alone', async () => {
    const url = `${server.url}/15`;
    const stores = await openRedisStores({ url, now: Date.now, logger });
    const other = createClient({ url });
    await other.connect();
    onTestFinished(async () => {
      await stores.close();
      await other.close();
    });
    await other.set('turns:theirs', 'theirs');
    await stores.records.set('turns', 'ours', 1, LONG_MS);
    await stores.claims.join('line', 'a');
    await stores.blobs.put('films', 'f', new Uint8Array(3), LONG_MS);
    const keys = (await other.keys('*')).filter((key) => key !== 'turns:theirs');
    for (const key of keys) expect(key).toMatch(/^wetread:/);
    expect(keys).toHaveLength(4);
    expect(await collect(stores.records.keys('turns'))).toEqual(['ours']);
    expect(await other.get('turns:theirs')).toBe('theirs');
  });

  test('tells a damaged record by its key alone', async () => {
    const url = `${server.url}/13`;
    const stores = await openRedisStores({ url, now: Date.now, logger });
    const other = createClient({ url });
    await other.connect();
    onTestFinished(async () => {
      await stores.close();
      await other.close();
    });
    await stores.records.set('threads', 'sound', 1, LONG_MS);
    await other.set('wetread:threads:hurt', '{"value":{"fi');
    expect(await failureOf(stores.records.get('threads', 'hurt'))).toMatchObject({
      code: 'record-damaged',
    });
    expect(await stores.records.get('threads', 'sound')).toBe(1);
  });

  test('refuses keys of a newer format', async () => {
    const url = `${server.url}/12`;
    const other = createClient({ url });
    await other.connect();
    await other.set('wetread:format', '2');
    await other.close();
    expect(await failureOf(openRedisStores({ url, now: Date.now, logger }))).toMatchObject({
      code: 'store-newer',
      facts: { found: 2, known: 1 },
    });
  });

  test('goes on when the server was restarted, and fails clearly while it is away', async () => {
    const first = await startRedis();
    const stores = await openRedisStores({ url: first.url, now: Date.now, logger }, IMPATIENT);
    onTestFinished(() => stores.close());
    await stores.records.set('turns', 'a', 1, LONG_MS);
    const { port } = new URL(first.url);
    await first.stop();
    // waits for the connection as long as a restart takes
    const waiting = stores.records.set('turns', 'b', 2, LONG_MS);
    await wait(300);
    const second = await startRedis(Number(port));
    onTestFinished(() => second.stop());
    await waiting;
    expect(await stores.records.get('turns', 'b')).toBe(2);
    expect(await stores.blobs.get('films', 'a')).toBeUndefined();
    await second.stop();
    await wait(50);
    const failure = failureOf(stores.claims.claim('x', 'me', 1_000));
    expect(await failure).toMatchObject({ code: 'store-failed' });
  });

  test('does not wait for a server that hangs for ever', async () => {
    const hanging = await startRedis();
    const stores = await openRedisStores({ url: hanging.url, now: Date.now, logger }, IMPATIENT);
    onTestFinished(async () => {
      hanging.process.kill('SIGCONT');
      await stores.close();
      await hanging.stop();
    });
    hanging.process.kill('SIGSTOP');
    const failure = failureOf(stores.records.set('turns', 'a', 1, LONG_MS));
    expect(await failure).toMatchObject({ code: 'store-failed' });
  });

  test('fails clearly once it is closed, and does not connect again', async () => {
    const stores = await openRedisStores({ url: server.url, now: Date.now, logger });
    await stores.close();
    for (const use of [stores.records.get('turns', 'a'), stores.blobs.get('films', 'a')])
      expect(await failureOf(use)).toMatchObject({ code: 'store-failed' });
  });

  test('says so when nothing answers, or the password is wrong', async () => {
    const nothing = openRedisStores({ url: 'redis://127.0.0.1:1', now: Date.now, logger });
    const wrong = new URL(server.url);
    wrong.password = 'wrong';
    const refused = openRedisStores({ url: wrong.href, now: Date.now, logger });
    expect(await failureOf(nothing)).toMatchObject({ code: 'store-unreachable' });
    expect(await failureOf(refused)).toMatchObject({ code: 'store-unreachable' });
  });

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
