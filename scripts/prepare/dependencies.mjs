// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PrepareFailure } from './failure.mjs';
import { runChild } from './run-child.mjs';

/** Measured on linux-x64; said beforehand so that nobody waits without knowing for what. */
const INSTALLED_MEGABYTES = 580;

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {boolean} [optional]
 * @property {boolean} [link]
 * @property {string[]} [os]
 * @property {string[]} [cpu]
 * @property {string[]} [libc]
 */
/** @typedef {{ packages?: Record<string, LockedPackage> }} Lock */

/**
 * Whether node_modules is what package-lock.json asks for, on this system. A stamp says so in a millisecond; without
 * one (somebody ran npm themselves) npm's own record of what it installed is compared with the lock.
 *
 * @param {string} root
 */
export const dependenciesAreCurrent = (root) => {
  const stamp = stampOf(root);
  const stampFile = join(root, 'node_modules', '.wetread-stamp');
  if (readIfThere(stampFile) === stamp) return true;
  const installed = readIfThere(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (!isInstalledAsLocked(JSON.parse(lock), JSON.parse(installed), process)) return false;
  try {
    writeFileSync(stampFile, stamp);
  } catch {
    // a read-only folder: compared again next time
  }
  return true;
};

/**
 * Every package of the lock that this system needs is installed in the locked version.
 *
 * @param {Lock} lock package-lock.json
 * @param {Lock} installed node_modules/.package-lock.json, which npm writes last
 * @param {{ platform: string, arch: string }} machine
 */
export const isInstalledAsLocked = (lock, installed, machine) =>
  Object.entries(lock.packages ?? {}).every(([place, wanted]) => {
    if (place === '' || wanted.link) return true;
    const found = installed.packages?.[place];
    if (found === undefined) return Boolean(wanted.optional) && !isForThis(wanted, machine);
    return found.version === wanted.version;
  });

/**
 * An optional package without `os` and `cpu` may be left out for reasons of its own.
 *
 * @param {LockedPackage} wanted
 * @param {{ platform: string, arch: string }} machine
 */
const isForThis = ({ os, cpu, libc }, { platform, arch }) =>
  os !== undefined &&
  cpu !== undefined &&
  os.includes(platform) &&
  cpu.includes(arch) &&
  (libc === undefined || libc.includes('glibc'));

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {(child: number) => void} note
 */
export const installDependencies = async (root, say, note) => {
  say(`Installing dependencies from the npm registry (about ${INSTALLED_MEGABYTES} MB on disk).`);
  const start = Date.now();
  const stamp = stampOf(root);
  const { command, args } = npm();
  // development dependencies hold the compiler, which a production environment needs here too
  const flags = [
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ];
  const { code, signal } = await runChild(command, [...args, ...flags], {
    cwd: root,
    stdio: ['ignore', process.stderr, process.stderr],
    env: withoutNpmTargets(process.env),
    onStart: note,
  }).catch(() => {
    throw new PrepareFailure(
      'npm could not be started. Install it (it comes with Node), or run `npm ci` in the folder of Wetread.',
    );
  });
  if (signal !== null) throw new PrepareFailure('Stopped while installing.', code);
  if (code !== 0)
    throw new PrepareFailure(
      'Installing the dependencies failed; npm says why above. Check that the npm registry can be reached, and start again.',
    );
  writeFileSync(join(root, 'node_modules', '.wetread-stamp'), stamp);
  const megabytes = Math.round(folderBytes(join(root, 'node_modules')) / 1e6);
  say(`Installed ${megabytes} MB in ${Math.round((Date.now() - start) / 1000)} s.`);
};

/** @param {string} root */
const stampOf = (root) => {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return `${lock.digest('hex')} ${process.platform}-${process.arch}`;
};

/** The npm that runs us, else the one beside this Node, else whichever is on the PATH. */
const npm = () => {
  const running = process.env['npm_execpath'];
  const nodeFolder = dirname(process.execPath);
  const candidates = [
    running !== undefined && basename(running) === 'npm-cli.js' ? running : undefined,
    join(nodeFolder, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(nodeFolder, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const script = candidates.find((file) => file !== undefined && existsSync(file));
  return script === undefined
    ? { command: 'npm', args: [] }
    : { command: process.execPath, args: [script] };
};

/**
 * Without what an outer `npm --global` or `npx` would make our `npm ci` do elsewhere.
 *
 * @param {NodeJS.ProcessEnv} environment
 */
const withoutNpmTargets = (environment) =>
  Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) =>
        !/^npm_config_(global|local_prefix|location|omit|dry_run|package|call)$/i.test(name),
    ),
  );

/**
 * @param {string} folder
 * @returns {number}
 */
const folderBytes = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + statSync(join(entry.parentPath, entry.name)).size, 0);

/** @param {string} file */
const readIfThere = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};
