import { existsSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { withLock } from '../../scripts/prepare/lock.mjs';
import { emptyFolder } from './folder.ts';

/** A process id that no Linux, macOS or Windows gives. */
const NO_PROCESS = 2 ** 22 + 1;

const lockFolder = async () => join(await emptyFolder(), 'lock');
const nothing = () => undefined;

/** A lock that somebody left behind, last heard of so long ago. */
const leftBehind = async (folder: string, owner: string | undefined, silentMs: number) => {
  await mkdir(folder);
  const path = owner === undefined ? folder : join(folder, owner);
  if (owner !== undefined) await writeFile(path, '');
  const then = new Date(Date.now() - silentMs);
  await utimes(path, then, then);
};

describe('the lock', () => {
  test('lets one in at a time, and all in the end', async () => {
    const folder = await lockFolder();
    let inside = 0;
    let most = 0;
    let waits = 0;
    const enter = () =>
      withLock(
        folder,
        () => (waits += 1),
        async () => {
          inside += 1;
          most = Math.max(most, inside);
          await pause(30);
          inside -= 1;
        },
      );
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
    expect(waits).toBe(2);
    expect(existsSync(folder)).toBe(false);
  });

  test('is given back when the work fails', async () => {
    const folder = await lockFolder();
    const work = async () => {
      throw new Error('no');
    };
    await expect(withLock(folder, nothing, work)).rejects.toThrow('no');
    expect(existsSync(folder)).toBe(false);
  });

  test.each([
    ['a process of this machine that is gone', `${NO_PROCESS}@${hostname()}@x`, 0],
    ['a process of another machine that has been silent', '1@elsewhere@x', 60_000],
    ['nobody, since long', undefined, 60_000],
  ])('left behind by %s is taken over', async (_who, owner, silentMs) => {
    const folder = await lockFolder();
    await leftBehind(folder, owner, silentMs);
    expect(await withLock(folder, nothing, async () => 'done')).toBe('done');
    expect(existsSync(folder)).toBe(false);
  });

  test('of a dead process is still held by what it started', async () => {
    const folder = await lockFolder();
    const owner = `${NO_PROCESS}@${hostname()}@x`;
    await leftBehind(folder, owner, 0);
    await writeFile(join(folder, owner), `${process.pid}\n`);
    let entered = false;
    const entering = withLock(folder, nothing, async () => {
      entered = true;
    });
    await pause(100);
    expect(entered).toBe(false);
    await writeFile(join(folder, owner), `${NO_PROCESS}\n`);
    await entering;
    expect(entered).toBe(true);
  });

  test('of a living process is waited for', async () => {
    const folder = await lockFolder();
    await leftBehind(folder, '1@elsewhere@x', 1_000);
    let entered = false;
    const entering = withLock(folder, nothing, async () => {
      entered = true;
    });
    await pause(100);
    expect(entered).toBe(false);
    await leave(folder);
    await entering;
    expect(entered).toBe(true);
  });
});

const leave = async (folder: string): Promise<void> => {
  const then = new Date(Date.now() - 60_000);
  await utimes(join(folder, '1@elsewhere@x'), then, then);
};
