import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import type { OpenStores } from '../../src/state/open-stores.ts';
import { failureOf } from '../support/collect.ts';
import { makeStateFolder } from '../support/state-folder.ts';

const STORE_PROCESS = fileURLToPath(new URL('store-process.ts', import.meta.url));

const open = async (directory: string): Promise<OpenStores> => {
  const stores = await openEmbeddedStores({
    directory,
    now: Date.now,
    logger: createLogger('silent'),
  });
  onTestFinished(() => stores.close());
  return stores;
};

type StoreProcess = {
  readonly child: ChildProcess;
  /** The last number that it said was kept; -1: none. */
  kept(): number;
  /** Resolves when the process and its lock are gone. */
  kill(): Promise<void>;
};

const startProcess = async (directory: string, task: string): Promise<StoreProcess> => {
  const child = spawn(process.execPath, ['--import', 'tsx', STORE_PROCESS, directory, task], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let kept = -1;
  const lines = createInterface({ input: child.stdout });
  const opened = once(lines, 'line');
  const drained = once(lines, 'close');
  await opened;
  lines.on('line', (line) => (kept = Number(line)));
  return {
    child,
    kept: () => kept,
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
      await drained;
    },
  };
};

test('a second server on one folder is refused until the first is gone, however it went', async () => {
  const directory = await makeStateFolder();
  const holder = await startProcess(directory, 'hold');
  expect(await failureOf(open(directory))).toMatchObject({ code: 'store-in-use' });
  await holder.kill();
  const stores = await open(directory);
  expect(await failureOf(open(directory))).toMatchObject({ code: 'store-in-use' });
  await stores.close();
  const again = await open(directory);
  await again.records.set('turns', 'a', 1, 1000);
});

test('of many that take over from a dead process, one gets the folder', async () => {
  const directory = await makeStateFolder();
  await (await startProcess(directory, 'hold')).kill();
  const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => open(directory)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
  for (const error of refused) expect(error).toMatchObject({ code: 'store-in-use' });
});

test.each(['write', 'compact'])(
  'a process killed while it is to %s loses nothing that it said was kept',
  async (task) => {
    const directory = await makeStateFolder();
    let before = -1;
    for (const lifeMs of [40, 170, 90, 260]) {
      const writer = await startProcess(directory, task);
      await wait(lifeMs);
      await writer.kill();
      const kept = Math.max(before, writer.kept());
      const stores = await open(directory);
      const written = (await stores.claims.line('written')).map(Number);
      // one more may have been kept than was said; no number is missing in between
      expect(written.at(-1) ?? -1).toBeGreaterThanOrEqual(kept);
      expect(written.at(-1) ?? -1).toBeLessThanOrEqual(kept + 1);
      for (let number = Math.max(0, kept - 48); number <= kept; number++) {
        expect(written).toContain(number);
        expect(await stores.records.get('turns', String(number))).toMatchObject({ number });
        const picture = await stores.blobs.get('pictures', String(number));
        expect(Buffer.from(picture ?? []).toString()).toBe(`picture ${number}`);
      }
      await stores.close();
      before = written.at(-1) ?? -1;
    }
    // how many depends on the disk; that there were some does not
    expect(before).toBeGreaterThan(0);
    // what the dead left half-done is gone
    const left = (await readdir(directory)).map((name) => name.replace(/^lock-\d+$/, 'lock'));
    expect(left.toSorted()).toEqual([
      'lock',
      'pictures',
      'store.lmdb',
      'store.lmdb-lock',
      'temporary',
    ]);
  },
);
