import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CheckpointConfig } from './config.ts';
import { WEIGHTS } from './precision.ts';
import { BLOCKS } from './quantize.ts';

/** What a converted folder says of itself. It is written last, so a folder that has one was finished. */
export const MANIFEST_FILE = 'wetread.json';

/** Of the folder's layout: which files there are and what is in them. */
export const FORMAT_VERSION = 2;

/** Of the graphs: raised whenever a converter would write other graphs or weights from the same checkpoint. */
export const CONVERTER_VERSION = 4;

const count = z.int().min(0);
const size = z.int().min(1);
const triple = z.tuple([z.number(), z.number(), z.number()]).readonly();

const configSchema: z.ZodType<CheckpointConfig> = z.object({
  text: z.object({
    hiddenSize: size,
    intermediateSize: size,
    layers: size,
    heads: size,
    keyValueHeads: size,
    headSize: size,
    vocabularyRows: size,
    contextTokens: size,
    ropeTheta: z.number(),
    normEpsilon: z.number(),
    tiedHead: z.boolean(),
  }),
  vision: z.object({
    hiddenSize: size,
    intermediateSize: size,
    layers: count,
    heads: size,
    normEpsilon: z.number(),
    tile: size,
    patch: size,
  }),
  image: z.object({
    pinpoints: z.array(z.tuple([size, size]).readonly()).readonly(),
    maxTiles: size,
    mean: triple,
    std: triple,
    rescaleFactor: z.number(),
    imageToken: count,
  }),
  endTokens: z.array(count).readonly(),
});

const manifestSchema = z.object({
  formatVersion: z.literal(FORMAT_VERSION),
  converterVersion: z.literal(CONVERTER_VERSION),
  /** Of the checkpoint's headers, sizes and times, its other files, the converter and its options. */
  key: z.string(),
  /** The first digits of the key: tells one set of weights and converter from another. */
  version: z.string(),
  /** Name of the checkpoint's folder. */
  name: z.string(),
  /** The folder came with figures.json, as a demo does. */
  demo: z.boolean(),
  config: configSchema,
  weights: z.enum(WEIGHTS),
  /** Numbers of the decoder's weights that share a scale; null for float32. */
  block: z.literal(BLOCKS).nullable(),
  lanes: size,
  /** Type of the rows in the embeddings file: the checkpoint's own. */
  embeddingType: z.enum(['F32', 'F16', 'BF16']),
  /** Names and bytes of all files beside this one. */
  files: z.record(z.string(), count),
  /** Their SHA-256, in hex. */
  checksums: z.record(z.string(), z.string()),
  parameters: count,
  checkpointBytes: count,
});

export type Manifest = z.infer<typeof manifestSchema>;

export type ConvertedFolder =
  /** Not a converted folder. */
  | { readonly state: 'absent' }
  /** Of another version of Wetread, or not a manifest at all. */
  | { readonly state: 'outdated' }
  /** A file is missing or has another size than was written. */
  | { readonly state: 'damaged'; readonly file: string }
  | { readonly state: 'whole'; readonly manifest: Manifest };

/** Looks whether a folder is a converted checkpoint, with every file at its full size. */
export const inspectConverted = async (directory: string): Promise<ConvertedFolder> => {
  const text = await readFile(join(directory, MANIFEST_FILE), 'utf8').catch(() => undefined);
  if (text === undefined) return { state: 'absent' };
  const manifest = parseManifest(text);
  if (manifest === undefined) return { state: 'outdated' };
  for (const [file, bytes] of Object.entries(manifest.files))
    if ((await sizeOf(join(directory, file))) !== bytes) return { state: 'damaged', file };
  return { state: 'whole', manifest };
};

const parseManifest = (text: string): Manifest | undefined => {
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).size;
  } catch {
    return undefined;
  }
};
