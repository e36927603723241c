import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './manifest.ts';

/** SHA-256 of a file as it lies on the disk, in hex, and its bytes. */
export const hashFile = async (
  path: string,
  signal?: AbortSignal,
): Promise<{ readonly sha256: string; readonly bytes: number }> => {
  const hash = createHash('sha256');
  let bytes = 0;
  const stream = createReadStream(path, { highWaterMark: 4 * 2 ** 20 });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    signal?.throwIfAborted();
    hash.update(chunk);
    bytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex'), bytes };
};

/** The first file of a converted folder that is not as it was written; undefined when all are. */
export const findCorruptFile = async (
  directory: string,
  { checksums }: Pick<Manifest, 'checksums'>,
  signal?: AbortSignal,
): Promise<string | undefined> => {
  for (const [file, sha256] of Object.entries(checksums)) {
    const found = await hashFile(join(directory, file), signal);
    if (found.sha256 !== sha256) return file;
  }
  return undefined;
};
