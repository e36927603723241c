import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AuditEvent } from '../../src/core/audit.ts';
import { createLogger } from '../../src/log.ts';
import { createHousekeeping } from '../../src/main/housekeeping.ts';

const FORGOTTEN: AuditEvent = {
  kind: 'forget',
  platform: 'slack',
  workspace: 'T1',
  channel: 'C1',
  thread: '1',
  author: undefined,
  turn: undefined,
  turns: 1,
  films: 1,
};
const AN_HOUR = 3_600_000;

const start = (over: { sweep?: () => Promise<void>; compact?: () => Promise<void> } = {}) => {
  const done: string[] = [];
  let clock = 0;
  const housekeeping = createHousekeeping({
    sweeps: [
      async () => {
        done.push('sweep');
        await over.sweep?.();
      },
    ],
    compact: async () => {
      done.push('compact');
      await over.compact?.();
    },
    logger: createLogger('silent'),
    now: () => clock,
    times: { sweepEveryMs: 20, compactEveryMs: AN_HOUR, afterForgetMs: 10 },
  });
  onTestFinished(() => housekeeping.close());
  return {
    housekeeping,
    done,
    compactions: () => done.filter((what) => what === 'compact').length,
    pass: (ms: number) => {
      clock += ms;
    },
  };
};

describe('housekeeping', () => {
  test('sweeps at the start, compacts soon, sweeps again and again, compacts once an hour', async () => {
    const { housekeeping, done, compactions, pass } = start();
    housekeeping.begin();
    await expect.poll(() => done[0]).toBe('sweep');
    await expect.poll(() => done.length).toBeGreaterThan(4);
    expect(compactions()).toBe(1);
    pass(AN_HOUR);
    await expect.poll(compactions).toBe(2);
  });

  test('compacts soon after something was forgotten, once for a handful', async () => {
    const { housekeeping, compactions } = start();
    for (let n = 0; n < 5; n += 1) housekeeping.write(FORGOTTEN);
    await expect.poll(compactions).toBe(1);
    await sleep(50);
    expect(compactions()).toBe(1);
    housekeeping.write(FORGOTTEN);
    await expect.poll(compactions).toBe(2);
  });

  test('does nothing for any other event', async () => {
    const { housekeeping, compactions } = start();
    housekeeping.write({ kind: 'export', rows: 1 });
    await sleep(40);
    expect(compactions()).toBe(0);
  });

  test('leaves a large store in peace for long after each compaction', async () => {
    let pass = (_ms: number): void => {};
    const started = start({ compact: async () => pass(2) });
    ({ pass } = started);
    started.housekeeping.write(FORGOTTEN);
    await expect.poll(started.compactions).toBe(1);
    const before = performance.now();
    started.housekeeping.write(FORGOTTEN);
    await expect.poll(started.compactions, { interval: 5 }).toBe(2);
    expect(performance.now() - before).toBeGreaterThan(90);
  });

  test('goes on after a failure', async () => {
    let failures = 2;
    const fail = async (): Promise<void> => {
      if (failures-- > 0) throw new Error('the disk is gone');
    };
    const { housekeeping, done, compactions, pass } = start({ sweep: fail, compact: fail });
    housekeeping.begin();
    await expect.poll(() => done.length).toBeGreaterThan(4);
    pass(AN_HOUR);
    await expect.poll(compactions).toBe(2);
  });

  test('ends when it is closed, after what is under way', async () => {
    let finish = (): void => {};
    const compact = () => new Promise<void>((resolve) => (finish = resolve));
    const { housekeeping, done } = start({ compact });
    housekeeping.begin();
    await expect.poll(() => done).toContain('compact');
    let closed = false;
    const closing = housekeeping.close().then(() => (closed = true));
    await sleep(10);
    expect(closed).toBe(false);
    finish();
    await closing;
    const count = done.length;
    await sleep(50);
    expect(done.length).toBe(count);
  });
});
