import { basename, resolve } from 'node:path';
import { readCopiedFiles } from './checkpoint-key.ts';
import { openCheckpoint } from './checkpoint.ts';
import type { CheckpointConfig } from './config.ts';
import { inspectConverted } from './manifest.ts';
import { modelName } from './model-name.ts';
import type { TensorNaming } from './tensor-names.ts';

/** What `wetread model info` tells of a folder. */
export type CheckpointDescription = {
  readonly name: string;
  readonly config: CheckpointConfig;
  readonly parameters: number;
  /** Types of the weights, the most used first. */
  readonly types: readonly string[];
  /** Names and bytes of the files with weights; of a converted folder, of all its files. */
  readonly files: Readonly<Record<string, number>>;
  /** Which of the three sets of tensor names; undefined for a converted folder, whose names are ours. */
  readonly naming: TensorNaming | undefined;
  readonly demo: boolean;
  readonly converted: boolean;
};

/** Reads what a checkpoint or a converted folder is, without its weights. Fails with the `checkpoint-*` codes. */
export const describeCheckpoint = async (directory: string): Promise<CheckpointDescription> => {
  const folder = await inspectConverted(directory);
  if (folder.state === 'whole') {
    const { config, parameters, files, demo, weights } = folder.manifest;
    const name = modelName(folder.manifest);
    const types = [weights];
    return { name, config, parameters, types, files, naming: undefined, demo, converted: true };
  }
  const checkpoint = await openCheckpoint(directory);
  try {
    const demo = (await readCopiedFiles(directory)).has('figures.json');
    return {
      name: modelName({ name: basename(resolve(directory)), demo }),
      config: checkpoint.config,
      parameters: checkpoint.parameters,
      types: checkpoint.types,
      files: Object.fromEntries(checkpoint.shards.map(({ name, bytes }) => [name, bytes])),
      naming: checkpoint.naming,
      demo,
      converted: false,
    };
  } finally {
    await checkpoint.close();
  }
};
