import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import { removeLmdbFile, type Tables } from './lmdb-file.ts';
import { toStoreFailure } from './store-failure.ts';

/**
 * Takes a store from one format to the next, within one transaction. Migration `n` of the list (from 0) takes format
 * `n + 1` to `n + 2`; they are never removed or reordered.
 */
export type Migration = (tables: Tables) => void;

/** Format 1 is the first. */
export const MIGRATIONS: readonly Migration[] = [];

const FORMAT = 'format';

/**
 * Brings a store to the format that this program writes: a new one gets its number, an older one is migrated after a
 * copy of it was made beside it (`store-format-N.lmdb`). The copy goes with the next compaction: it would keep what is
 * forgotten. Fails with `store-newer`, `disk-full`, `store-failed`; then the store is as it was.
 */
export const migrateStore = async (
  environment: LmdbEnvironment,
  migrations: readonly Migration[],
  logger: Logger,
): Promise<void> => {
  const known = migrations.length + 1;
  const found = await environment.write((tables) => {
    const format = tables.about.get(FORMAT);
    if (format === undefined) void tables.about.put(FORMAT, known);
    return format ?? known;
  });
  if (found > known) throw new WetreadError('store-newer', { found, known });
  if (found === known) return;
  await copyStore(environment, found);
  await environment.write((tables) => {
    for (const migrate of migrations.slice(found - 1)) migrate(tables);
    void tables.about.put(FORMAT, known);
  });
  logger.info(
    { from: found, to: known },
    'the store was migrated; a copy of the old one is beside it',
  );
};

const copyStore = async (environment: LmdbEnvironment, format: number): Promise<void> => {
  const copy = environment.file.replace(/\.lmdb$/, `-format-${format}.lmdb`);
  const unfinished = `${copy}-unfinished`;
  try {
    await removeLmdbFile(unfinished);
    await environment.copyTo(unfinished);
    await rename(unfinished, copy);
  } catch (error) {
    throw await toStoreFailure(error, dirname(copy));
  }
};
