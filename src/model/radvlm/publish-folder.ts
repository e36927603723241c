import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { WetreadError } from '../../errors.ts';
import { inspectConverted } from './manifest.ts';
import { temporaryPath } from './temporary-folder.ts';

/** How often the name is tried for: each time another process took it in the moment between looking and renaming. */
const ATTEMPTS = 5;

/**
 * Gives a finished conversion its name. A whole folder with the same key that is there already (another process was
 * first) is kept and the new one dropped. Anything else that is there is replaced if it may be, and else refused.
 */
export const publishFolder = async (
  finished: string,
  directory: string,
  key: string,
  mayReplace: boolean,
): Promise<void> => {
  for (let attempt = 1; !(await renameIfFree(finished, directory)); attempt++) {
    if (await isWhole(directory, key)) {
      await rm(finished, { recursive: true, force: true });
      return;
    }
    if (!mayReplace || attempt === ATTEMPTS)
      throw new WetreadError('usage', {
        problem: 'The folder to convert to is not empty. Choose a new one.',
      });
    await removeFolder(directory);
  }
};

/** Takes a folder away under a hidden name first, so that nobody finds half of it. */
export const removeFolder = async (directory: string): Promise<void> => {
  const aside = temporaryPath(dirname(directory));
  if (await renameIfThere(directory, aside)) await rm(aside, { recursive: true, force: true });
};

const isWhole = async (directory: string, key: string): Promise<boolean> => {
  const there = await inspectConverted(directory);
  return there.state === 'whole' && there.manifest.key === key;
};

const renameIfFree = (from: string, to: string): Promise<boolean> =>
  renameUnless(from, to, ['ENOTEMPTY', 'EEXIST']);

const renameIfThere = (from: string, to: string): Promise<boolean> =>
  renameUnless(from, to, ['ENOENT']);

/** False when the system refuses for one of these reasons. */
const renameUnless = async (
  from: string,
  to: string,
  reasons: readonly string[],
): Promise<boolean> => {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (reasons.includes(code)) return false;
    throw error;
  }
};
