import { basename, resolve } from 'node:path';
import { readCopiedFiles } from './checkpoint-key.ts';
import { openCheckpoint } from './checkpoint.ts';
import { inspectConverted, type Manifest } from './manifest.ts';
import type { Weighed } from './memory-plan.ts';
import { planConversion, type ConversionOptions } from './plan-conversion.ts';

/** Files of weights that are loaded whole. */
const GRAPH_WEIGHTS = /\.onnx\.data$/;

export type WeighedModel = Weighed & Pick<Manifest, 'weights' | 'block'>;

/**
 * What loading a folder would take, without reading its weights: of a converted one what it has, of a checkpoint what
 * it would be converted to. Fails with `checkpoint-*`.
 */
export const weighModel = async (
  directory: string,
  options: ConversionOptions,
): Promise<WeighedModel> => {
  const folder = await inspectConverted(directory);
  if (folder.state === 'whole') {
    const { config, weights, block, files } = folder.manifest;
    return { config, weights, block, weightBytes: sumOf(Object.entries(files)) };
  }
  const checkpoint = await openCheckpoint(directory);
  try {
    const copied = await readCopiedFiles(directory);
    const name = basename(resolve(directory));
    const { files, manifest } = planConversion({ checkpoint, copied, name }, options);
    const { config, weights, block } = manifest;
    const sizes = files.map((file) => [file.name, file.bytes] as const);
    return { config, weights, block, weightBytes: sumOf(sizes) };
  } finally {
    await checkpoint.close();
  }
};

const sumOf = (files: readonly (readonly [name: string, bytes: number])[]): number =>
  files.reduce((sum, [name, bytes]) => sum + (GRAPH_WEIGHTS.test(name) ? bytes : 0), 0);
