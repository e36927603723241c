import { chmodSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { open, type Database, type RootDatabase, type RootDatabaseOptions } from 'lmdb';

/** The tables of the one LMDB file. Keys are strings of `stored-key.ts`, or lists that begin with one. */
export type Tables = {
  /** Entries (`entry.ts`) under `namespace:key`. */
  readonly records: Database<Buffer, string>;
  /** Entries: who holds what (`holder:KEY`) and where it stands (`state:KEY`). */
  readonly claims: Database<Buffer, string>;
  /** See `lmdb-line.ts`. */
  readonly lines: Database<Buffer, LineKey>;
  /** The store's format number, and nothing else. */
  readonly about: Database<number, string>;
};

export type LineKey = readonly [line: string, ...(string | number)[]] & (string | number)[];

/**
 * Plain commits (synced before they resolve) and no batching by npm lmdb: its own batches leave a promise of a failed
 * commit without a handler, which would end the process.
 */
export const openLmdbFile = (
  file: string,
  options: RootDatabaseOptions = {},
): [RootDatabase, Tables] => {
  const root = open(file, {
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 8,
    noSubdir: true,
    ...options,
  });
  const tables: Tables = {
    records: root.openDB({ name: 'records', encoding: 'binary' }),
    claims: root.openDB({ name: 'claims', encoding: 'binary' }),
    lines: root.openDB({ name: 'lines', encoding: 'binary' }),
    about: root.openDB({ name: 'about', encoding: 'json' }),
  };
  // npm lmdb makes it readable by everybody
  chmodSync(file, 0o600);
  return [root, tables];
};

/** Removes an LMDB file and the lock file that npm lmdb keeps beside it. */
export const removeLmdbFile = async (file: string): Promise<void> => {
  await rm(file, { force: true });
  await rm(`${file}-lock`, { force: true });
};
