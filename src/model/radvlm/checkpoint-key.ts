import { createHash } from 'node:crypto';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { WetreadError } from '../../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { CONVERTER_VERSION, FORMAT_VERSION } from './manifest.ts';
import type { Precision } from './precision.ts';

/** What a model folder needs beside its weights to run, and the figures that make it a demo. */
const COPIED_FILES = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'processor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.json',
  'chat_template.jinja',
  'figures.json',
];

/** The checkpoint's own files that a converted folder holds as they are, by name. */
export const readCopiedFiles = async (directory: string): Promise<ReadonlyMap<string, Buffer>> => {
  const present = new Set(await readdir(directory));
  const files = new Map<string, Buffer>();
  for (const name of COPIED_FILES)
    if (present.has(name)) files.set(name, await readCopied(directory, name));
  return files;
};

const readCopied = async (directory: string, part: string): Promise<Buffer> => {
  try {
    return await readFile(join(directory, part));
  } catch (error) {
    const reason = 'it cannot be read';
    throw new WetreadError('checkpoint-file-invalid', { part, reason }, { cause: error });
  }
};

/**
 * What a conversion depends on, as a hash: the weights' headers, sizes and times, the other files' bytes, the
 * converter and its options. The weights' own bytes are not read.
 */
export const checkpointKey = (
  checkpoint: Checkpoint,
  copied: ReadonlyMap<string, Buffer>,
  { lanes, precision }: { readonly lanes: number; readonly precision: Precision },
): string => {
  const shards = checkpoint.shards.map(({ name, bytes, modifiedMs, header }) => [
    name,
    bytes,
    modifiedMs,
    sha256(header),
  ]);
  const files = [...copied].map(([name, bytes]) => [name, sha256(bytes)]);
  const versions = [FORMAT_VERSION, CONVERTER_VERSION, precision, lanes];
  return sha256(JSON.stringify([versions, shards, files]));
};

/** Names the place that a checkpoint lies in, without saying it. */
export const sourceKey = async (directory: string): Promise<string> =>
  sha256(await realpath(directory));

const sha256 = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex');
