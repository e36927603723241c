import { open } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readCopiedFiles } from './checkpoint-key.ts';
import { openCheckpoint } from './checkpoint.ts';

import type { Converted } from './converted-cache.ts';
import type { Piece } from './graph-builder.ts';
import { planConversion } from './plan-conversion.ts';

/**
 * Reads every byte of a checkpoint, converts it once more, and counts the bytes in which the converted folder differs.
 * The cache goes by headers, sizes and times alone; this finds weights that changed under the same name, or a disk
 * that lost some. Memory: a piece of 16 MiB at a time.
 */
export const countDifferingBytes = async (
  checkpointDirectory: string,
  { directory, manifest }: Converted,
  signal: AbortSignal | undefined,
): Promise<number> => {
  const checkpoint = await openCheckpoint(checkpointDirectory);
  try {
    const copied = await readCopiedFiles(checkpointDirectory);
    const name = basename(resolve(checkpointDirectory));
    const { lanes, weights, block } = manifest;
    const options = { lanes, weights, block: block ?? undefined };
    const { files } = planConversion({ checkpoint, copied, name }, options);
    let differing = 0;
    for (const { name: file, units } of files)
      for (const { pieces } of units) {
        signal?.throwIfAborted();
        differing += await differingBytes(join(directory, file), pieces);
      }
    return differing;
  } finally {
    await checkpoint.close();
  }
};

const differingBytes = async (
  path: string,
  pieces: () => AsyncIterable<Piece>,
): Promise<number> => {
  const file = await open(path);
  try {
    let differing = 0;
    for await (const { bytes, position } of pieces()) {
      const kept = Buffer.alloc(bytes.byteLength);
      await file.read(kept, 0, kept.length, position);
      if (!kept.equals(bytes)) {
        for (let i = 0; i < bytes.length; i++) if (bytes[i] !== kept[i]) differing += 1;
      }
    }
    return differing;
  } finally {
    await file.close();
  }
};
