import { afterEach, describe, expect, test } from 'vitest';
import { Owners } from '../../../src/core/conversation/owners.ts';
import { createLogger } from '../../../src/log.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { failureOf } from '../../support/collect.ts';

const LEASE_MS = 30_000;

const opened: Owners[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((owners) => owners.close()));
});

/** A process whose renewals never come in time by themselves, and the clock that it shares with its store. */
const startProcess = async () => {
  let time = 0;
  let ids = 0;
  const lost: number[] = [];
  const { claims } = createMemoryStores({ now: () => time });
  const owners = new Owners({
    claims,
    logger: createLogger('silent'),
    now: () => time,
    id: () => `process ${(ids += 1)}`,
    leaseMs: LEASE_MS,
    renewMs: 1_000_000,
    ownershipMs: LEASE_MS,
    alone: false,
    onLost: () => lost.push(time),
  });
  opened.push(owners);
  await owners.start();
  const isAlive = (owner: string): Promise<boolean> =>
    claims.holder(`process:${owner}`).then((holder) => holder === owner);
  return { owners, lost, isAlive, sleep: (ms: number) => (time += ms) };
};

describe('a process that was held up', () => {
  test('for a moment goes on', async () => {
    const { owners, lost, sleep } = await startProcess();
    sleep(LEASE_MS / 10);
    await owners.sure();
    expect(lost).toEqual([]);
  });

  test('for most of its lease renews it before it says anything', async () => {
    const { owners, lost, isAlive, sleep } = await startProcess();
    sleep(LEASE_MS * 0.9);
    await owners.sure();
    sleep(LEASE_MS * 0.5);
    expect(await isAlive(owners.me)).toBe(true);
    expect(lost).toEqual([]);
  });

  test('for longer than its lease says nothing more of what it owned, and goes on as another', async () => {
    const { owners, lost, isAlive, sleep } = await startProcess();
    const before = owners.me;
    sleep(LEASE_MS * 1.1);
    expect(await failureOf(owners.sure())).toMatchObject({ code: 'closing' });
    expect(lost).toHaveLength(1);
    expect(owners.me).not.toBe(before);
    expect(await isAlive(before)).toBe(false);
    await owners.sure();
    expect(await isAlive(owners.me)).toBe(true);
  });
});
