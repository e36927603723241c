import { mkdir, readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { checkpointKey, readCopiedFiles, sourceKey } from './checkpoint-key.ts';
import { openCheckpoint } from './checkpoint.ts';
import { findCorruptFile } from './checksums.ts';
import { convertOpened, type ConvertOptions } from './convert.ts';
import { inspectConverted, MANIFEST_FILE, type Manifest } from './manifest.ts';
import { precisionFor } from './plan-conversion.ts';
import { removeFolder } from './publish-folder.ts';

const GRAPHS_FOLDER = 'graphs';

/** Hex digits of a hash in a folder's name. */
const NAME_DIGITS = 16;

export type Converted = { readonly directory: string; readonly manifest: Manifest };

/**
 * The converted form of a checkpoint: the folder itself when it is one, else the one kept under the data folder,
 * converted now when there is none, when the checkpoint or the converter has changed, or when it is not whole (every
 * byte is read and held to its checksum). A new
 * conversion replaces the older ones of the same place with the same options. Fails as `convertCheckpoint` does.
 */
export const openConverted = async (
  checkpointDirectory: string,
  dataDirectory: string,
  options: ConvertOptions,
): Promise<Converted> => {
  const given = await inspectConverted(checkpointDirectory);
  if (given.state === 'whole') {
    const { manifest } = given;
    const corrupt = await findCorruptFile(checkpointDirectory, manifest, options.signal);
    if (corrupt !== undefined) throw unusable(corrupt, 'its checksum is wrong');
    return { directory: checkpointDirectory, manifest };
  }
  if (given.state === 'damaged') throw unusable(given.file, 'it is missing or cut short');
  if (given.state === 'outdated')
    throw unusable(MANIFEST_FILE, 'another version of Wetread converted this checkpoint');

  const checkpoint = await openCheckpoint(checkpointDirectory);
  try {
    const copied = await readCopiedFiles(checkpointDirectory);
    const precision = precisionFor(checkpoint, options);
    const key = checkpointKey(checkpoint, copied, { lanes: options.lanes, precision });
    const source = (await sourceKey(checkpointDirectory)).slice(0, NAME_DIGITS);
    const family = `${source}-${precision.weights}-${precision.block ?? 0}-${options.lanes}-`;
    const graphs = join(dataDirectory, GRAPHS_FOLDER);
    const directory = join(graphs, family + key.slice(0, NAME_DIGITS));

    const kept = await inspectConverted(directory);
    if (kept.state === 'whole' && kept.manifest.key === key) {
      const { manifest } = kept;
      if ((await findCorruptFile(directory, manifest, options.signal)) === undefined)
        return { directory, manifest };
      // Whole by its sizes, it would be taken for an equal conversion that came first.
      await removeFolder(directory);
    }
    await makeGraphsFolder(graphs);
    const name = basename(resolve(checkpointDirectory));
    const manifest = await convertOpened({ checkpoint, copied, name }, directory, {
      ...options,
      replace: true,
    });
    await removeOlder(graphs, family, basename(directory));
    return { directory, manifest };
  } finally {
    await checkpoint.close();
  }
};

const unusable = (part: string, reason: string): WetreadError =>
  new WetreadError('converted-damaged', { part, reason });

const makeGraphsFolder = async (graphs: string): Promise<void> => {
  try {
    await mkdir(graphs, { recursive: true });
  } catch (error) {
    throw new WetreadError('data-unwritable', {}, { cause: error });
  }
};

const removeOlder = async (graphs: string, family: string, current: string): Promise<void> => {
  for (const name of await readdir(graphs))
    if (name.startsWith(family) && name !== current) await removeFolder(join(graphs, name));
};
