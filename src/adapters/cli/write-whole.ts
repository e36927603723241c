import { randomUUID } from 'node:crypto';
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { WetreadError } from '../../errors.ts';

/**
 * Writes a file whole or not at all: beside its place first, then renamed, so that no reader meets half of it. A device
 * or pipe is written to. Fails with `output-unwritable`.
 */
export const writeWhole = async (
  path: string,
  content: Uint8Array | AsyncIterable<string>,
): Promise<void> => {
  try {
    const there = await stat(path).catch(() => undefined);
    if (there && !there.isFile()) return await writeFile(path, content);
    await writeBeside(there ? await realpath(path) : path, content);
  } catch (error) {
    refuseOutput(error);
  }
};

const writeBeside = async (
  target: string,
  content: Uint8Array | AsyncIterable<string>,
): Promise<void> => {
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    await writeFile(draft, content);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
};

/** Passes on what is of the one table already: the content's own failure, say. */
export const refuseOutput = (cause: unknown): never => {
  if (cause instanceof WetreadError) throw cause;
  throw new WetreadError('output-unwritable', {}, { cause });
};
