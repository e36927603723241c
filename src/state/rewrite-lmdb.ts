import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Database, RootDatabase } from 'lmdb';
import { expiryOf } from './entry.ts';
import { openLmdbFile, removeLmdbFile, type Tables } from './lmdb-file.ts';
import { requireRoom } from './store-failure.ts';

/** How many entries are copied in one transaction, between two turns of the event loop: a few milliseconds' worth. */
const CHUNK_ENTRIES = 500;

/**
 * Puts what is in `tables` and not past its time, `now`, into a new LMDB file, whole and synced. Entry by entry rather
 * than by LMDB's compacting copy: what has expired is left out on the way, and no byte depends on what LMDB leaves in
 * the unused part of a page. Fails with `disk-full`, or as LMDB fails; then the new file is gone.
 */
export const rewriteLmdb = async (tables: Tables, file: string, now: number): Promise<void> => {
  await removeLmdbFile(file);
  await requireRoom(dirname(file), bytesUsed(tables));
  // synced once, below, instead of with every commit
  const [root, copies] = openLmdbFile(file, { noSync: true });
  try {
    await copyTables(root, tables, copies, now);
  } catch (error) {
    await root.close();
    await removeLmdbFile(file);
    throw error;
  }
  await root.close();
  await syncPath(file, 'r+');
};

/** Makes a rename survive a power loss, where the system lets a folder be synced (Windows does not). */
export const syncFolder = async (folder: string): Promise<void> => {
  if (process.platform !== 'win32') await syncPath(folder, 'r');
};

const syncPath = async (path: string, flags: string): Promise<void> => {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

type TableStats = Record<
  'pageSize' | 'treeBranchPageCount' | 'treeLeafPageCount' | 'overflowPages',
  number
>;

/** What the pages in use hold: a file written anew is no larger. */
const bytesUsed = (tables: Tables): number => {
  const stats = Object.values(tables).map((table) => table.getStats() as TableStats);
  return stats.reduce(
    (sum, { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages }) =>
      sum + pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages),
    0,
  );
};

const copyTables = async (
  root: RootDatabase,
  from: Tables,
  to: Tables,
  now: number,
): Promise<void> => {
  const isLive = (value: Buffer): boolean => expiryOf(value) > now;
  await copyTable(root, from.about, to.about, () => true);
  await copyTable(root, from.lines, to.lines, () => true);
  await copyTable(root, from.claims, to.claims, isLive);
  await copyTable(root, from.records, to.records, isLive);
};

const copyTable = async <Value, Key extends string | (string | number)[]>(
  root: RootDatabase,
  from: Database<Value, Key>,
  to: Database<Value, Key>,
  keep: (value: Value) => boolean,
): Promise<void> => {
  let start: Key | undefined;
  let seen: number;
  do {
    const range = start === undefined ? {} : { start, exclusiveStart: true };
    const chunk = [...from.getRange({ ...range, limit: CHUNK_ENTRIES })];
    seen = chunk.length;
    start = chunk.at(-1)?.key;
    await root.transaction(() => {
      for (const { key, value } of chunk) if (keep(value)) void to.put(key, value);
    });
  } while (seen === CHUNK_ENTRIES);
};
