// @ts-check
/**
 * The pre-step of every command: the system is one that can run Wetread, node_modules is what the lock asks for, dist
 * is built from the sources as they are. Says nothing when there is nothing to do; needs only Node, npm and its registry.
 */
import { accessSync, constants } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildIsCurrent } from './prepare/build.mjs';
import { dependenciesAreCurrent, installDependencies } from './prepare/dependencies.mjs';
import { PrepareFailure } from './prepare/failure.mjs';
import { withLock } from './prepare/lock.mjs';
import { systemProblem, thisSystem } from './prepare/system.mjs';

/** The folder of the package. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** @param {string} line */
const sayOnStderr = (line) => void process.stderr.write(`${line}\n`);

/**
 * Fails with a PrepareFailure.
 *
 * @param {string} [root]
 * @param {(line: string) => void} [say]
 */
export const prepare = async (root = ROOT, say = sayOnStderr) => {
  if (dependenciesAreCurrent(root) && buildIsCurrent(root)) return;
  const problem = systemProblem(thisSystem());
  if (problem !== undefined) throw new PrepareFailure(problem);
  if (!isWritable(root)) {
    throw new PrepareFailure(
      'Wetread has to install or build first, and its folder cannot be written. Run `npm run build` as a user who may.',
    );
  }
  await withLock(
    join(root, '.prepare-lock'),
    () => say('Another start is installing or building; waiting for it.'),
    async (note) => {
      if (!dependenciesAreCurrent(root)) await installDependencies(root, say, note);
      if (!buildIsCurrent(root)) await build(root, say);
    },
  );
};

/** @param {string} folder */
const isWritable = (folder) => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/**
 * The pre-step of a command line: a failure is said and ends the process.
 */
export const prepareOrExit = async () => {
  try {
    await prepare();
  } catch (error) {
    if (!(error instanceof PrepareFailure)) throw error;
    sayOnStderr(error.message);
    process.exit(error.exitCode);
  }
};
