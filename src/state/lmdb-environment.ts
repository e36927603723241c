import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { WetreadError } from '../errors.ts';
import { expiryOf } from './entry.ts';
import { ExclusiveGate } from './exclusive-gate.ts';
import { toStoreFailure } from './store-failure.ts';

/** The tables of the one LMDB file. Keys are strings of `stored-key.ts`, or lists that begin with one. */
export type Tables = {
  /** Entries (`entry.ts`) under `namespace:key`. */
  readonly records: Database<Buffer, string>;
  /** Entries: who holds what (`holder:KEY`) and where it stands (`state:KEY`). */
  readonly claims: Database<Buffer, string>;
  /** See `lmdb-claims.ts`. */
  readonly lines: Database<LineValue, LineKey>;
  /** The store's format number, and nothing else. */
  readonly about: Database<number, string>;
};

export type LineKey = readonly [line: string, ...(string | number)[]] & (string | number)[];
export type LineValue = string | number | { readonly length: number; readonly next: number };

/** How many entries are looked at, or copied, between two turns of the event loop: a few milliseconds' worth. */
const CHUNK_ENTRIES = 500;

type QueuedWrite = {
  readonly operation: (tables: Tables) => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * One LMDB file. Writes that wait while a commit is under way share the next one, so that many turns share one sync of
 * the disk. A write resolves when its transaction is committed and synced (fdatasync, then the meta page): neither the
 * death of the process nor, where the disk keeps its word, a power loss takes it back. Fails with `disk-full` or
 * `store-failed`; then nothing of the transaction is kept.
 */
export class LmdbEnvironment {
  readonly file: string;
  readonly #now: () => number;
  readonly #gate = new ExclusiveGate();
  #root: RootDatabase;
  #tables: Tables;
  #queue: QueuedWrite[] = [];
  #writing = false;
  #closed = false;
  #nextCompaction: Promise<void> | undefined;

  constructor(file: string, now: () => number) {
    this.file = file;
    this.#now = now;
    [this.#root, this.#tables] = openFile(file);
  }

  /** Looks things up in what is committed. */
  async read<Result>(look: (tables: Tables) => Result): Promise<Result> {
    return this.#gate.shared(async () => {
      this.#refuseWhenClosed();
      return look(this.#tables);
    });
  }

  /**
   * Runs `operation` in a transaction. It sees what earlier ones wrote, looks before it writes, and is synchronous: one
   * that throws before it writes fails alone, the others of its transaction stand.
   */
  async write<Result>(operation: (tables: Tables) => Result): Promise<Result> {
    return this.#gate.shared(async () => {
      this.#refuseWhenClosed();
      const result = new Promise<Result>((resolve, reject) => {
        this.#queue.push({ operation, resolve: resolve as (result: never) => void, reject });
      });
      if (!this.#writing) void this.#writeAll();
      return result;
    });
  }

  /** Deletes the entries whose time has run out. */
  async sweep(): Promise<void> {
    for (const name of ['records', 'claims'] as const) {
      let start: string | undefined;
      do start = await this.#sweepChunk(name, start);
      while (start !== undefined);
    }
  }

  /**
   * Writes the file anew without what was deleted, replaced or has expired. Every entry is put into an empty file: LMDB
   * leaves deleted bytes in free pages and, which its own compacting copy keeps, in the slack of those in use. The new
   * file replaces the old one by a rename once it is whole: whenever the process dies, one of them is there.
   */
  async compact(): Promise<void> {
    // who comes while one is running needs another one; who comes while that one waits shares it
    this.#nextCompaction ??= this.#compactWhenIdle();
    return this.#nextCompaction;
  }

  async #compactWhenIdle(): Promise<void> {
    // an idle gate begins at once, which must not be before this compaction is known as the next one
    await Promise.resolve();
    await this.#gate.exclusive(async () => {
      this.#nextCompaction = undefined;
      this.#refuseWhenClosed();
      try {
        await this.#rewrite();
      } catch (error) {
        throw await toStoreFailure(error, dirname(this.file));
      }
    });
  }

  /** A copy of what is committed, in a file of its own. */
  async copyTo(file: string): Promise<void> {
    await this.#gate.shared(() => this.#root.backup(file, true));
  }

  async close(): Promise<void> {
    await this.#gate.exclusive(async () => {
      if (this.#closed) return;
      this.#closed = true;
      await this.#root.close();
    });
  }

  #refuseWhenClosed(): void {
    if (this.#closed)
      throw new WetreadError('store-failed', {}, { cause: new Error('the store is closed') });
  }

  async #writeAll(): Promise<void> {
    this.#writing = true;
    while (this.#queue.length > 0) {
      let batch: QueuedWrite[] = [];
      const outcomes: (() => void)[] = [];
      try {
        await this.#root.transaction(() => {
          // only now: what came while the transaction was waited for takes part
          batch = this.#queue;
          this.#queue = [];
          for (const write of batch) outcomes.push(outcomeOf(write, this.#tables));
        });
        for (const settle of outcomes) settle();
      } catch (error) {
        const failure = await toStoreFailure(error, dirname(this.file));
        // a transaction that never began has taken nothing off the queue
        if (batch.length === 0) [batch, this.#queue] = [this.#queue, []];
        for (const { reject } of batch) reject(failure);
      }
    }
    this.#writing = false;
  }

  /** Resolves to the key to go on from; undefined: done. */
  async #sweepChunk(
    name: 'records' | 'claims',
    start: string | undefined,
  ): Promise<string | undefined> {
    const { expired, last } = await this.read((tables) => {
      const now = this.#now();
      const keys: string[] = [];
      let seen = 0;
      let end: string | undefined;
      const range = start === undefined ? {} : { start, exclusiveStart: true };
      for (const { key, value } of tables[name].getRange({ ...range, limit: CHUNK_ENTRIES })) {
        if (expiryOf(value) <= now) keys.push(key);
        seen += 1;
        end = key;
      }
      return { expired: keys, last: seen === CHUNK_ENTRIES ? end : undefined };
    });
    if (expired.length > 0)
      await this.write((tables) => {
        for (const key of expired) {
          // written anew since it was looked at?
          const value = tables[name].get(key);
          if (value !== undefined && expiryOf(value) <= this.#now()) void tables[name].remove(key);
        }
      });
    return last;
  }

  async #rewrite(): Promise<void> {
    const unfinished = compactingFile(this.file);
    await removeStore(unfinished);
    const [root, tables] = openFile(unfinished);
    try {
      const now = this.#now();
      const isLive = (value: Buffer): boolean => expiryOf(value) > now;
      await copyTable(root, this.#tables.about, tables.about, () => true);
      await copyTable(root, this.#tables.lines, tables.lines, () => true);
      await copyTable(root, this.#tables.claims, tables.claims, isLive);
      await copyTable(root, this.#tables.records, tables.records, isLive);
    } catch (error) {
      await root.close();
      await removeStore(unfinished);
      throw error;
    }
    await root.close();
    await this.#root.close();
    try {
      await rename(unfinished, this.file);
    } finally {
      [this.#root, this.#tables] = openFile(this.file);
    }
    await removeStore(unfinished);
  }
}

/** Where a compaction writes; what a dead process left there is removed before the store is opened. */
export const compactingFile = (file: string): string => file.replace(/\.lmdb$/, '-compacting.lmdb');

/** Removes an LMDB file and the lock file that npm lmdb keeps beside it. */
export const removeStore = async (file: string): Promise<void> => {
  await rm(file, { force: true });
  await rm(`${file}-lock`, { force: true });
};

/**
 * Plain commits (synced before they resolve) and no batching by npm lmdb: its own batches leave a promise of a failed
 * commit without a handler, which would end the process.
 */
const openFile = (file: string): [RootDatabase, Tables] => {
  const root = open({ path: file, overlappingSync: false, eventTurnBatching: false, maxDbs: 8 });
  const tables: Tables = {
    records: root.openDB({ name: 'records', encoding: 'binary' }),
    claims: root.openDB({ name: 'claims', encoding: 'binary' }),
    lines: root.openDB({ name: 'lines', encoding: 'json' }),
    about: root.openDB({ name: 'about', encoding: 'json' }),
  };
  return [root, tables];
};

/** Runs one write of a transaction; tells its caller once the transaction is committed. */
const outcomeOf = ({ operation, resolve, reject }: QueuedWrite, tables: Tables): (() => void) => {
  try {
    const result = operation(tables);
    return () => resolve(result as never);
  } catch (error) {
    return () => reject(error);
  }
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
    seen = 0;
    const range = start === undefined ? {} : { start, exclusiveStart: true };
    const chunk = [...from.getRange({ ...range, limit: CHUNK_ENTRIES })];
    seen = chunk.length;
    start = chunk.at(-1)?.key;
    await root.transaction(() => {
      for (const { key, value } of chunk) if (keep(value)) void to.put(key, value);
    });
  } while (seen === CHUNK_ENTRIES);
};
