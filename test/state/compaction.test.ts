import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { makeStateFolder } from '../support/state-folder.ts';

const LONG_MS = 3_600_000;
const logger = createLogger('silent');

/** Whether any file below the folder holds these words, in any of its bytes. */
const holds = async (directory: string, words: string): Promise<boolean> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile()))
    if ((await readFile(join(entry.parentPath, entry.name))).includes(words)) return true;
  return false;
};

const openIn = async (directory: string) => {
  let time = Date.now();
  const stores = await openEmbeddedStores({ directory, now: () => time, logger });
  onTestFinished(() => stores.close());
  return { stores, passTime: (ms: number) => void (time += ms) };
};

test('no byte is left of what was deleted, replaced or has expired, and all of the rest is', async () => {
  const directory = await makeStateFolder();
  const { stores, passTime } = await openIn(directory);
  const { records, claims, blobs } = stores;
  // many neighbours, so that what goes stood in pages that stay, small and over several pages
  for (let index = 0; index < 400; index++) {
    const long = index % 7 === 0 ? 'padding '.repeat(700) : 'padding';
    await Promise.all([
      records.set('turns', `kept-${index}`, `KEPT-WORDS ${index} ${long}`, LONG_MS),
      records.set('turns', `gone-${index}`, `DELETED-WORDS ${index} ${long}`, LONG_MS),
      records.set('turns', `brief-${index}`, `EXPIRED-WORDS ${index} ${long}`, 1_000),
      records.set('threads', `again-${index}`, `REPLACED-WORDS ${index} ${long}`, LONG_MS),
      claims.advance(`STATE-WORDS ${index}`, undefined, 'received', 1_000),
    ]);
    await claims.join('a line', `MEMBER-WORDS ${index}`);
  }
  await blobs.put('films', 'gone', Buffer.from('DELETED-FILM'), LONG_MS);
  await blobs.put('films', 'brief', Buffer.from('EXPIRED-FILM'), 1_000);
  await blobs.put('films', 'kept', Buffer.from('KEPT-FILM'), LONG_MS);
  const gone = ['DELETED-', 'EXPIRED-', 'REPLACED-', 'STATE-', 'MEMBER-'];
  for (const words of gone) expect(await holds(directory, words)).toBe(true);

  for (let index = 0; index < 400; index++) {
    await Promise.all([
      records.delete('turns', `gone-${index}`),
      records.set('threads', `again-${index}`, 'KEPT-WORDS', LONG_MS),
      claims.leave('a line', `MEMBER-WORDS ${index}`),
    ]);
  }
  await blobs.delete('films', 'gone');
  passTime(2_000);
  await stores.compact();

  for (const words of gone) expect(await holds(directory, words)).toBe(false);
  expect(await holds(directory, 'KEPT-WORDS')).toBe(true);
  expect(await holds(directory, 'KEPT-FILM')).toBe(true);
  for (let index = 0; index < 400; index++)
    expect(await records.get('turns', `kept-${index}`)).toContain(`KEPT-WORDS ${index}`);
});

test('what comes while it compacts waits, and is kept', async () => {
  const directory = await makeStateFolder();
  const { stores } = await openIn(directory);
  for (let index = 0; index < 50; index++)
    await stores.records.set('turns', `${index}`, 1, LONG_MS);
  const writes: Promise<unknown>[] = [];
  for (let index = 50; index < 250; index++) {
    if (index % 20 === 0) writes.push(stores.compact());
    writes.push(stores.records.set('turns', `${index}`, index, LONG_MS));
    writes.push(stores.records.get('turns', `${index - 50}`));
    writes.push(stores.claims.join('line', `${index}`));
    if (index % 3 === 0) await new Promise(setImmediate);
  }
  await Promise.all(writes);
  for (let index = 50; index < 250; index++)
    expect(await stores.records.get('turns', `${index}`)).toBe(index);
  expect(await stores.claims.line('line')).toHaveLength(200);
});

test('a sweep deletes what is past its time and nothing that was renewed', async () => {
  const directory = await makeStateFolder();
  const { stores, passTime } = await openIn(directory);
  for (let index = 0; index < 1_200; index++)
    void stores.records.set('turns', `${index}`, index, index % 2 === 0 ? 1_000 : LONG_MS);
  await stores.claims.claim('lease', 'me', 1_000);
  passTime(2_000);
  await stores.records.set('turns', '0', 'renewed', LONG_MS);
  await stores.sweep();
  passTime(-2_000);
  expect(await stores.records.get('turns', '2')).toBeUndefined();
  expect(await stores.claims.holder('lease')).toBeUndefined();
  expect(await stores.records.get('turns', '0')).toBe('renewed');
  expect(await stores.records.get('turns', '1199')).toBe(1199);
});
