import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { LmdbEnvironment } from '../../src/state/lmdb-environment.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { MIGRATIONS, migrateStore, type Migration } from '../../src/state/migrate-store.ts';
import { failureOf } from '../support/collect.ts';
import { makeStateFolder } from '../support/state-folder.ts';

const LONG_MS = 3_600_000;
const logger = createLogger('silent');

/** A made-up change: lines get another first member. */
const greet =
  (member: string): Migration =>
  ({ lines }) =>
    void lines.put(['greetings', 0, member], Buffer.from(member));

const openFile = (directory: string): LmdbEnvironment => {
  const environment = new LmdbEnvironment(join(directory, 'store.lmdb'), Date.now);
  onTestFinished(() => environment.close());
  return environment;
};

const greetings = (environment: LmdbEnvironment): Promise<unknown[]> =>
  environment.read(({ lines }) =>
    [...lines.getRange({ start: ['greetings', 0], end: ['greetings', 1] })].map(({ value }) =>
      value.toString(),
    ),
  );

test('a new store gets the number of this format and is not migrated', async () => {
  const environment = openFile(await makeStateFolder());
  await migrateStore(environment, [greet('a')], logger);
  expect(await greetings(environment)).toEqual([]);
  expect(await environment.read(({ about }) => about.get('format'))).toBe(2);
});

test('an older store goes through every migration since, in order, after a copy of it was made', async () => {
  const directory = await makeStateFolder();
  const environment = openFile(directory);
  await migrateStore(environment, [], logger);
  await environment.write(({ lines }) => void lines.put(['greetings', 0, '0'], Buffer.from('old')));
  const migrations = [greet('1'), greet('2')];
  await migrateStore(environment, migrations, logger);
  expect(await greetings(environment)).toEqual(['old', '1', '2']);
  await migrateStore(environment, migrations, logger);
  expect(await environment.read(({ about }) => about.get('format'))).toBe(3);

  expect(await readdir(directory)).toContain('store-format-1.lmdb');
  const copy = new LmdbEnvironment(join(directory, 'store-format-1.lmdb'), Date.now);
  expect(await greetings(copy)).toEqual(['old']);
  expect(await copy.read(({ about }) => about.get('format'))).toBe(1);
  await copy.close();
});

test('a migration that fails leaves the store as it was', async () => {
  const environment = openFile(await makeStateFolder());
  await migrateStore(environment, [], logger);
  const fails: Migration = () => {
    throw new Error('made up');
  };
  await failureOf(migrateStore(environment, [fails], logger));
  expect(await environment.read(({ about }) => about.get('format'))).toBe(1);
});

test('a store of a newer format is refused and not touched', async () => {
  const directory = await makeStateFolder();
  const environment = openFile(directory);
  const newer = MIGRATIONS.length + 2;
  await environment.write(({ about }) => void about.put('format', newer));
  await environment.close();
  const refused = openEmbeddedStores({ directory, now: Date.now, logger });
  expect(await failureOf(refused)).toMatchObject({
    code: 'store-newer',
    facts: { found: newer, known: MIGRATIONS.length + 1 },
  });
  expect(await openFile(directory).read(({ about }) => about.get('format'))).toBe(newer);
});

test('the copy of an older format goes with the next compaction, as it holds what is forgotten', async () => {
  const directory = await makeStateFolder();
  const old = openFile(directory);
  await migrateStore(old, [], logger);
  await old.copyTo(join(directory, 'store-format-0.lmdb'));
  await old.close();
  const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
  onTestFinished(() => stores.close());
  await stores.records.set('turns', 'a', 1, LONG_MS);
  expect(await readdir(directory)).toContain('store-format-0.lmdb');
  await stores.compact();
  expect(await readdir(directory)).not.toContain('store-format-0.lmdb');
});
