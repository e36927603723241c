import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lockDirectory } from '../../src/state/lock-directory.ts';
import { failureOf } from '../support/collect.ts';
import { makeStateFolder } from '../support/state-folder.ts';

test('a folder is held by one, and free again once released', async () => {
  const directory = await makeStateFolder();
  const release = await lockDirectory(directory);
  expect(await failureOf(lockDirectory(directory))).toMatchObject({ code: 'store-in-use' });
  await release();
  await (
    await lockDirectory(directory)
  )();
});

test('a folder whose path is too long for a socket is held all the same', async () => {
  const directory = join(await makeStateFolder(), 'd'.repeat(100), 'e'.repeat(100));
  await mkdir(directory, { recursive: true });
  const release = await lockDirectory(directory);
  expect(await failureOf(lockDirectory(directory))).toMatchObject({ code: 'store-in-use' });
  await release();
  await (
    await lockDirectory(directory)
  )();
});

test('however many ask again and again, one at most holds it, and little is left lying about', async () => {
  const directory = await makeStateFolder();
  for (let round = 0; round < 10; round++) {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => lockDirectory(directory)),
    );
    const held = outcomes.filter(({ status }) => status === 'fulfilled');
    expect(held).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') await outcome.value();
  }
  expect(await readdir(directory)).toHaveLength(1);
});
