import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Blobs, Shelf } from '../core/blobs.ts';
import type { Logger } from '../log.ts';
import { decodeEntry, ENTRY_HEADER_BYTES, entryHeader, expiryOf } from './entry.ts';
import { toStoreFailure } from './store-failure.ts';

const SHELVES = ['films', 'pictures', 'cases'] as const satisfies Shelf[];

const NO_NAME = new Uint8Array(0);

export type FilesBlobsOptions = {
  readonly directory: string;
  readonly now: () => number;
  readonly logger: Logger;
};

/**
 * Blobs as files: `films/ab/NAME`, in 256 folders a shelf, each with its time and a checksum before its bytes (the entry
 * of `entry.ts`). Written under a temporary name and renamed, so that a name holds a whole file or none when the process
 * dies. Not synced: after a power loss a file may be cut short, which its checksum tells, and counts as never written.
 * One process writes in the folder at a time (`lock-directory.ts`).
 */
export class FilesBlobs implements Blobs {
  readonly #directory: string;
  readonly #temporary: string;
  readonly #now: () => number;
  readonly #logger: Logger;
  /** Temporary files of puts that are under way, and how many puts are under way for a file. */
  readonly #writing = new Set<string>();
  readonly #putting = new Map<string, number>();

  constructor({ directory, now, logger }: FilesBlobsOptions) {
    this.#directory = directory;
    this.#temporary = join(directory, 'temporary');
    this.#now = now;
    this.#logger = logger;
  }

  async put(shelf: Shelf, name: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    const file = this.#fileOf(shelf, name);
    const temporary = join(this.#temporary, randomUUID());
    this.#writing.add(temporary);
    this.#putting.set(file, (this.#putting.get(file) ?? 0) + 1);
    try {
      const header = entryHeader(this.#now() + ttlMs, NO_NAME, bytes);
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeNewFile(temporary, [header, bytes]);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw await toStoreFailure(error, this.#directory);
    } finally {
      this.#writing.delete(temporary);
      const others = (this.#putting.get(file) ?? 1) - 1;
      if (others > 0) this.#putting.set(file, others);
      else this.#putting.delete(file);
    }
  }

  async get(shelf: Shelf, name: string): Promise<Uint8Array | undefined> {
    const file = this.#fileOf(shelf, name);
    let stored: Buffer;
    try {
      stored = await readFile(file);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw await toStoreFailure(error, this.#directory);
    }
    const entry = decodeEntry(stored);
    if (entry === undefined) {
      this.#logger.warn({ shelf }, 'a kept file is damaged and counts as missing');
      return undefined;
    }
    return entry.expiresAt > this.#now() ? entry.bytes : undefined;
  }

  async delete(shelf: Shelf, name: string): Promise<void> {
    try {
      await rm(this.#fileOf(shelf, name), { force: true });
    } catch (error) {
      throw await toStoreFailure(error, this.#directory);
    }
  }

  async sweep(): Promise<void> {
    await this.clearTemporary();
    for (const shelf of SHELVES)
      for (const folder of await filesIn(join(this.#directory, shelf)))
        for (const file of await filesIn(folder)) this.#deleteIfExpired(file);
  }

  /** Removes what a dead process left half-written. */
  async clearTemporary(): Promise<void> {
    for (const file of await filesIn(this.#temporary))
      if (!this.#writing.has(file)) await rm(file, { force: true });
  }

  /** In one step of this thread, so that no put begins between the look and the deletion. */
  #deleteIfExpired(file: string): void {
    if (this.#putting.has(file)) return;
    try {
      if (readExpiry(file) <= this.#now()) unlinkSync(file);
    } catch (error) {
      if (!isMissing(error)) this.#logger.warn({ error }, 'a kept file could not be swept');
    }
  }

  #fileOf(shelf: Shelf, name: string): string {
    const stored = fileName(name);
    return join(this.#directory, shelf, stored.slice(0, 2), stored);
  }
}

/**
 * A hash in hexadecimal stands as it is. Any other name is hashed: it may hold slashes, be too long, or differ from
 * another by case alone, which some file systems do not tell apart.
 */
const fileName = (name: string): string =>
  /^[0-9a-f]{16,128}$/.test(name)
    ? name
    : `${createHash('sha256').update(Buffer.from(name, 'utf16le')).digest('hex')}-named`;

const writeNewFile = async (file: string, parts: readonly Uint8Array[]): Promise<void> => {
  const handle = await open(file, 'wx', 0o600);
  try {
    for (const part of parts) await handle.writeFile(part);
  } finally {
    await handle.close();
  }
};

/** A file without a whole header ends at once. */
const readExpiry = (file: string): number => {
  const descriptor = openSync(file, 'r');
  try {
    const header = new Uint8Array(ENTRY_HEADER_BYTES);
    const read = readSync(descriptor, header, 0, header.length, 0);
    return expiryOf(header.subarray(0, read));
  } finally {
    closeSync(descriptor);
  }
};

const filesIn = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).map((name) => join(folder, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
};

const isMissing = (error: unknown): boolean => {
  const { code } = error as { code?: unknown };
  return code === 'ENOENT' || code === 'ENOTDIR';
};
