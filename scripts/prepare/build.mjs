// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PrepareFailure } from './failure.mjs';
import { buildPage } from './page.mjs';
import { runChild } from './run-child.mjs';

/** Besides src, what the compiler's output depends on. */
const BUILD_FILES = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];

/** The page as browsers load it. */
const PAGE = join('dist', 'page');

/** @param {string} root */
const stampFileOf = (root) => join(root, 'dist', '.stamp');

/**
 * Whether dist was built from the sources as they are now: same files, sizes and times.
 *
 * @param {string} root
 */
export const buildIsCurrent = (root) =>
  existsSync(stampFileOf(root)) && readFileSync(stampFileOf(root), 'utf8') === sourcesStamp(root);

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export const build = async (root, say) => {
  say('Building.');
  const start = Date.now();
  // before the compiler reads them: a source saved meanwhile makes the stamp stale, and the next start builds again
  const stamp = sourcesStamp(root);
  rmSync(stampFileOf(root), { force: true });
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, signal } = await runChild(
    process.execPath,
    [compiler, '-p', 'tsconfig.build.json'],
    {
      cwd: root,
      stdio: ['ignore', process.stderr, process.stderr],
    },
  );
  if (signal !== null) throw new PrepareFailure('Stopped while building.', code);
  if (code !== 0) throw new PrepareFailure('Building failed; the compiler says why above.');
  removeStaleOutput(root);
  await buildPage(root, join(root, PAGE)).catch((/** @type {{ errors?: unknown }} */ error) => {
    if (error.errors === undefined) throw error;
    throw new PrepareFailure('Building the page failed; the bundler says why above.');
  });
  writeFileSync(stampFileOf(root), stamp);
  say(`Built in ${((Date.now() - start) / 1000).toFixed(1)} s.`);
};

/** @param {string} root */
const sourcesStamp = (root) => {
  const files = [...filesIn(join(root, 'src'), ''), ...BUILD_FILES.map((file) => join(root, file))];
  const lines = files.sort().map((file) => {
    const { size, mtimeMs } = statSync(file);
    return `${relative(root, file)} ${size} ${mtimeMs}`;
  });
  return createHash('sha256').update(lines.join('\n')).digest('hex');
};

/**
 * Removes what an earlier build wrote for a source that is gone.
 *
 * @param {string} root
 */
const removeStaleOutput = (root) => {
  const dist = join(root, 'dist');
  for (const file of [...filesIn(dist, '.js'), ...filesIn(dist, '.js.map')]) {
    const source = join(root, 'src', relative(dist, file).replace(/\.js(\.map)?$/, '.ts'));
    if (!existsSync(source)) rmSync(file);
  }
};

/**
 * @param {string} folder
 * @param {string} ending
 */
const filesIn = (folder, ending) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => join(entry.parentPath, entry.name));
