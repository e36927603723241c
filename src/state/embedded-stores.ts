import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { checkLmdbFile } from './check-lmdb-file.ts';
import { FilesBlobs } from './files-blobs.ts';
import { KeyvRecords } from './keyv-records.ts';
import { LmdbClaims } from './lmdb-claims.ts';
import { LmdbEnvironment } from './lmdb-environment.ts';
import { removeLmdbFile } from './lmdb-file.ts';
import { LmdbKeyv } from './lmdb-keyv.ts';
import { lockDirectory } from './lock-directory.ts';
import { MIGRATIONS, migrateStore } from './migrate-store.ts';
import type { OpenStores } from './open-stores.ts';
import { requireRoom, toStoreFailure } from './store-failure.ts';

export type EmbeddedStoresOptions = {
  /** Made if it is not there. Holds `store.lmdb`, the folders `films`, `pictures` and `temporary`, and the lock. */
  readonly directory: string;
  readonly now: () => number;
  readonly logger: Logger;
};

const STORE = 'store.lmdb';

/** The store's copies: of older formats, and what a compaction or copy that was cut off has left. */
const COPY = /^store-.*\.lmdb(-unfinished)?$/;

/**
 * The stores of one server without any other service: one LMDB file for records and claims, films and pictures as files
 * beside it. What survives what:
 * - the death of the process (kill -9) at any moment: everything whose call had resolved;
 * - a power loss: records and claims whose call had resolved (each commit is synced before it resolves). Films and
 *   pictures are not synced; one that is cut short counts as missing, and is fetched or drawn again;
 * - a damaged value: the others.
 *
 * Fails with `store-in-use`, `store-newer`, `store-damaged`, `data-unwritable`, `disk-full`, `store-failed`.
 */
export const openEmbeddedStores = async ({
  directory,
  now,
  logger,
}: EmbeddedStoresOptions): Promise<OpenStores> => {
  await makeDirectory(directory);
  const unlock = await lockDirectory(directory);
  let environment: LmdbEnvironment | undefined;
  try {
    for (const name of await copiesIn(directory))
      if (!name.includes('-format-') || name.endsWith('-unfinished'))
        await removeLmdbFile(join(directory, name));
    await requireRoom(directory, 0);
    await checkLmdbFile(join(directory, STORE));
    const opened = openEnvironment(directory, now);
    environment = opened;
    await migrateStore(opened, MIGRATIONS, logger);
    const blobs = new FilesBlobs({ directory, now, logger });
    await blobs.clearTemporary();
    return storesOver(opened, blobs, { directory, now, logger }, unlock);
  } catch (error) {
    await environment?.close();
    await unlock();
    throw await toStoreFailure(error, directory);
  }
};

const storesOver = (
  environment: LmdbEnvironment,
  blobs: FilesBlobs,
  { directory, now }: EmbeddedStoresOptions,
  unlock: () => Promise<void>,
): OpenStores => ({
  records: new KeyvRecords(() => new LmdbKeyv(environment, now)),
  claims: new LmdbClaims(environment, now),
  blobs,
  sweep: async () => {
    await environment.sweep();
    await blobs.sweep();
  },
  compact: async () => {
    await blobs.sweep();
    await environment.compact();
    // a copy of an older format would keep what was forgotten since
    for (const name of await copiesIn(directory)) await removeLmdbFile(join(directory, name));
  },
  close: async () => {
    await environment.close();
    await unlock();
  },
});

const makeDirectory = async (directory: string): Promise<void> => {
  try {
    await mkdir(join(directory, 'temporary'), { recursive: true, mode: 0o700 });
  } catch (error) {
    const failure = await toStoreFailure(error, directory);
    throw failure.code === 'disk-full'
      ? failure
      : new WetreadError('data-unwritable', {}, { cause: error });
  }
};

const openEnvironment = (directory: string, now: () => number): LmdbEnvironment => {
  try {
    return new LmdbEnvironment(join(directory, STORE), now);
  } catch (error) {
    throw new WetreadError('store-damaged', {}, { cause: error });
  }
};

const copiesIn = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => COPY.test(name));
