import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { WetreadError } from '../errors.ts';
import { expiryOf } from './entry.ts';
import { ExclusiveGate } from './exclusive-gate.ts';
import { openLmdbFile, removeLmdbFile, type Tables } from './lmdb-file.ts';
import { rewriteLmdb, syncFolder } from './rewrite-lmdb.ts';
import { toStoreFailure } from './store-failure.ts';

/** How many entries are looked at between two turns of the event loop: a few milliseconds' worth. */
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
    [this.#root, this.#tables] = openLmdbFile(file);
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
   * Writes the file anew without what was deleted, replaced or has expired (`rewrite-lmdb.ts`). The new file replaces
   * the old one by a rename once it is whole: whenever the process dies, one of them is there.
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
    const unfinished = this.file.replace(/\.lmdb$/, '-compacting.lmdb');
    await rewriteLmdb(this.#tables, unfinished, this.#now());
    await this.#root.close();
    try {
      await rename(unfinished, this.file);
    } finally {
      [this.#root, this.#tables] = openLmdbFile(this.file);
    }
    await removeLmdbFile(unfinished);
    await syncFolder(dirname(this.file));
  }
}

/** Runs one write of a transaction; tells its caller once the transaction is committed. */
const outcomeOf = ({ operation, resolve, reject }: QueuedWrite, tables: Tables): (() => void) => {
  try {
    const result = operation(tables);
    return () => resolve(result as never);
  } catch (error) {
    return () => reject(error);
  }
};
