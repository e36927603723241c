import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DAMAGED_STATE } from '../../src/core/claims.ts';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { LmdbClaims } from '../../src/state/lmdb-claims.ts';
import { LmdbEnvironment } from '../../src/state/lmdb-environment.ts';
import type { OpenStores } from '../../src/state/open-stores.ts';
import { collect, failureOf } from '../support/collect.ts';
import { makeStateFolder } from '../support/state-folder.ts';

const LONG_MS = 3_600_000;
const logger = createLogger('silent');

const openIn = async (directory: string): Promise<OpenStores> => {
  const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
  onTestFinished(() => stores.close());
  return stores;
};

/** Changes one byte wherever the words stand in the file. */
const spoil = async (file: string, words: string): Promise<void> => {
  const bytes = await readFile(file);
  let at = bytes.indexOf(words);
  expect(at).toBeGreaterThan(0);
  for (; at >= 0; at = bytes.indexOf(words, at + 1))
    bytes.writeUInt8(bytes.readUInt8(at + 2) ^ 1, at + 2);
  await writeFile(file, bytes);
};

test('a damaged record is told by its key alone, and can be written anew', async () => {
  const directory = await makeStateFolder();
  const before = await openIn(directory);
  await before.records.set('threads', 'sound', 'sound words', LONG_MS);
  await before.records.set('threads', 'hurt', 'hurt words', LONG_MS);
  await before.claims.advance('turn:hurt', undefined, 'hurt-state', LONG_MS);
  await before.close();
  await spoil(join(directory, 'store.lmdb'), 'hurt words');
  await spoil(join(directory, 'store.lmdb'), 'hurt-state');

  const stores = await openIn(directory);
  const { records, claims } = stores;
  expect(await failureOf(records.get('threads', 'hurt'))).toMatchObject({ code: 'record-damaged' });
  expect(await records.get('threads', 'sound')).toBe('sound words');
  expect(await collect(records.keys('threads'))).toEqual(['hurt', 'sound']);
  // a turn whose state cannot be read must not be taken for a new one
  expect(await claims.state('turn:hurt')).toBe(DAMAGED_STATE);
  expect(await claims.advance('turn:hurt', undefined, 'x', LONG_MS)).toBe(false);
  await stores.compact();
  await records.set('threads', 'hurt', 'afresh', LONG_MS);
  expect(await records.get('threads', 'hurt')).toBe('afresh');
  expect(await claims.advance('turn:hurt', DAMAGED_STATE, 'afresh', LONG_MS)).toBe(true);
  expect(await claims.state('turn:hurt')).toBe('afresh');
});

test.each([
  ['who stands there', ['line', 0, 1], '"turn-'],
  ['who stands there, and says another', ['line', 0, 1], '"turn-x"'],
  ['where somebody stands', ['line', 1, 'turn-b'], '\u0001'],
  ['where somebody stands, and says another place', ['line', 1, 'turn-b'], '7'],
  ['how long it is', ['line'], '{"length":3,"ne'],
] as const)('a line that is damaged in %s keeps everybody in place', async (_what, key, value) => {
  const environment = new LmdbEnvironment(join(await makeStateFolder(), 'store.lmdb'), Date.now);
  onTestFinished(() => environment.close());
  const claims = new LmdbClaims(environment, Date.now);
  const members = ['turn-a', 'turn-b', 'turn-c'];
  for (const member of members) await claims.join('line', member);
  await environment.write(({ lines }) => void lines.put([...key], Buffer.from(value)));

  expect(await claims.line('line')).toEqual(members);
  expect(await claims.join('line', 'turn-d')).toBe(4);
  expect(await claims.join('line', 'turn-b')).toBe(2);
  await claims.leave('line', 'turn-b');
  expect(await claims.line('line')).toEqual(['turn-a', 'turn-c', 'turn-d']);
  for (const member of ['turn-a', 'turn-c', 'turn-d']) await claims.leave('line', member);
  expect(await claims.line('line')).toEqual([]);
});

test('a film that was cut short or changed on the disk counts as missing', async () => {
  const directory = await makeStateFolder();
  const { blobs } = await openIn(directory);
  for (const name of ['cut', 'changed', 'empty'])
    await blobs.put('films', name, Buffer.from(`the pixels of ${name}`), LONG_MS);
  const files = await readdir(join(directory, 'films'), { recursive: true, withFileTypes: true });
  for (const entry of files.filter((each) => each.isFile())) {
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file, 'latin1');
    if (bytes.includes('cut')) await truncate(file, bytes.length - 3);
    if (bytes.includes('changed')) await spoil(file, 'pixels');
    if (bytes.includes('empty')) await truncate(file, 0);
  }
  for (const name of ['cut', 'changed', 'empty'])
    expect(await blobs.get('films', name)).toBeUndefined();
  await blobs.sweep();
  await blobs.put('films', 'cut', Buffer.from('again'), LONG_MS);
  expect(Buffer.from((await blobs.get('films', 'cut')) ?? []).toString()).toBe('again');
});

test('what a dead process left half-written is removed when the store is opened', async () => {
  const directory = await makeStateFolder();
  await mkdir(join(directory, 'temporary'));
  await writeFile(join(directory, 'temporary', 'left'), 'half a film');
  await writeFile(join(directory, 'store-compacting.lmdb'), 'half a store');
  await openIn(directory);
  expect(await readdir(join(directory, 'temporary'))).toEqual([]);
  expect(await readdir(directory)).not.toContain('store-compacting.lmdb');
});

test.each([
  ['another file', (): Buffer => Buffer.alloc(20_000, 'not a store ')],
  ['a few bytes', (): Buffer => Buffer.from('abc')],
  ['a store cut off after its first page', (store: Buffer): Buffer => store.subarray(0, 4_100)],
  ['a store that begins with zeros', (store: Buffer): Buffer => Buffer.from(store).fill(0, 0, 64)],
])('%s in the place of the store is refused with a sentence', async (_what, spoilt) => {
  const directory = await makeStateFolder();
  await (await openIn(directory)).close();
  const file = join(directory, 'store.lmdb');
  await writeFile(file, spoilt(await readFile(file)));
  expect(await failureOf(openIn(directory))).toMatchObject({ code: 'store-damaged' });
});

test('an empty file in the place of the store becomes one', async () => {
  const directory = await makeStateFolder();
  await writeFile(join(directory, 'store.lmdb'), '');
  const { records } = await openIn(directory);
  await records.set('turns', 'a', 1, LONG_MS);
  expect(await records.get('turns', 'a')).toBe(1);
});

test.skipIf(process.platform === 'win32')('what it keeps is for its own user alone', async () => {
  const directory = await makeStateFolder();
  const stores = await openIn(directory);
  await stores.records.set('turns', 'a', 1, LONG_MS);
  await stores.blobs.put('films', 'a', new Uint8Array(3), LONG_MS);
  await stores.compact();
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile() && !each.name.endsWith('-lock')))
    expect((await stat(join(entry.parentPath, entry.name))).mode & 0o077).toBe(0);
});

test('a folder that cannot be made is refused with a sentence', async () => {
  const directory = await makeStateFolder();
  await writeFile(join(directory, 'file'), '');
  expect(await failureOf(openIn(join(directory, 'file', 'data')))).toMatchObject({
    code: 'data-unwritable',
  });
});

test('after it was closed every operation fails as the store does', async () => {
  const stores = await openIn(await makeStateFolder());
  await stores.close();
  const { records, claims } = stores;
  for (const use of [records.get('turns', 'a'), records.set('turns', 'a', 1, 1), claims.state('a')])
    expect(await failureOf(use)).toMatchObject({ code: 'store-failed' });
});

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;

/** A disk of 6 MiB. */
const mountSmallDisk = async (): Promise<string> => {
  const directory = await makeStateFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', directory]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', directory]));
  return directory;
};

// needs to be root, to mount a disk that is small enough to fill
test.skipIf(!mayMount)(
  'a full disk fails the write that it has no room for, and nothing else',
  async () => {
    const directory = await mountSmallDisk();
    const stores = await openIn(directory);
    const { records, claims, blobs } = stores;
    await claims.advance('turn', undefined, 'received', LONG_MS);
    const words = 'x'.repeat(40_000);
    let kept = 0;
    let failure: unknown;
    while (failure === undefined)
      failure = await records.set('turns', `${kept}`, words, LONG_MS).then(
        () => void kept++,
        (error: unknown) => error,
      );
    expect(failure).toMatchObject({ code: 'disk-full' });
    expect(kept).toBeGreaterThan(20);
    const refused = await Promise.all([
      failureOf(records.set('turns', 'x', words, LONG_MS)),
      failureOf(blobs.put('films', 'x', new Uint8Array(2_000_000), LONG_MS)),
      failureOf(stores.compact()),
    ]);
    for (const each of refused) expect(each).toMatchObject({ code: 'disk-full' });

    expect(await readdir(join(directory, 'temporary'))).toEqual([]);
    expect(await blobs.get('films', 'x')).toBeUndefined();
    expect(await records.get('turns', 'x')).toBeUndefined();
    expect(await records.get('turns', `${kept - 1}`)).toBe(words);
    expect(await claims.state('turn')).toBe('received');
    for (let index = 0; index < 20; index++) await records.delete('turns', `${index}`);
    await records.set('turns', 'x', words, LONG_MS);
    expect(await records.get('turns', 'x')).toBe(words);
  },
);

test.skipIf(!mayMount)('a full disk at the start is told, not died of', async () => {
  const directory = await mountSmallDisk();
  await writeFile(join(directory, 'filler'), new Uint8Array(5_500_000));
  expect(await failureOf(openIn(directory))).toMatchObject({ code: 'disk-full' });
});
