import { open } from 'node:fs/promises';
import { WetreadError } from '../errors.ts';

/**
 * LMDB's own stamp, in the first two pages of each file (struct MDB_meta after a page header of 24 bytes, in liblmdb's
 * mdb.c as npm lmdb 3 builds it; little-endian, like every machine that it is built for).
 */
const MAGIC = 0xbeefc0de;
const MAGIC_AT = 24;
const PAGE_SIZE_AT = 48;

/** What LMDB allows. */
const [SMALLEST_PAGE, LARGEST_PAGE] = [256, 65_536];

/**
 * Looks whether a file is an LMDB file before LMDB does, which ends the process if it is not. A missing or empty file is
 * fine: it will be made. Covers other files, and ones that are cut off or overwritten at the beginning; not damage
 * further on. Fails with `store-damaged`.
 */
export const checkLmdbFile = async (file: string): Promise<void> => {
  const first = await readAt(file, 0);
  if (first === undefined || first.length === 0) return;
  const pageSize = first.length < PAGE_SIZE_AT + 4 ? 0 : first.readUInt32LE(PAGE_SIZE_AT);
  const sized = pageSize >= SMALLEST_PAGE && pageSize <= LARGEST_PAGE;
  const second = sized ? await readAt(file, pageSize) : undefined;
  if (!hasStamp(first) || second === undefined || !hasStamp(second))
    throw new WetreadError('store-damaged');
};

const hasStamp = (page: Buffer): boolean =>
  page.length >= PAGE_SIZE_AT + 4 && page.readUInt32LE(MAGIC_AT) === MAGIC;

/** The beginning of a page, shorter at the end of the file; undefined: there is no file. */
const readAt = async (file: string, position: number): Promise<Buffer | undefined> => {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const buffer = Buffer.alloc(SMALLEST_PAGE);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};
