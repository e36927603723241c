// @ts-check
import { randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** How often the holder shows that it is alive, and a waiter looks. */
const BEAT_MS = 500;

/** A holder on another machine that has not shown itself for so long is gone: sixty missed beats. */
const STALE_ELSEWHERE_MS = 30_000;

/** On this machine a living process is believed for longer than any install takes; then its number is another's. */
const STALE_HERE_MS = 10 * 60_000;

/**
 * Runs `work` while no other process of any machine that shares `folder`'s disk does.
 *
 * The lock is the folder itself (mkdir is atomic), holding one file whose name says who owns it and whose time is its
 * heartbeat; in it stand the processes that the owner started and that may outlive it. Only who removes a dead owner's file, which just one can, may remove the folder; so a lock taken meanwhile
 * is never broken.
 *
 * @template Result
 * @param {string} folder
 * @param {() => void} onWait called once when another holds it
 * @param {(note: (child: number) => void) => Promise<Result>} work `note` what it starts, by process id
 */
export const withLock = async (folder, onWait, work) => {
  let waited = false;
  let owner = take(folder);
  while (owner === undefined) {
    if (!waited) onWait();
    waited = true;
    if (!breakIfStale(folder)) await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    owner = take(folder);
  }
  const file = owner;
  const beat = setInterval(() => touch(file), BEAT_MS);
  try {
    return await work((child) => appendFileSync(file, `${child}\n`));
  } finally {
    clearInterval(beat);
    ignoreMissing(() => unlinkSync(file));
    ignoreMissing(() => rmdirSync(folder));
  }
};

/**
 * The owner file when the lock is ours now.
 *
 * @param {string} folder
 * @returns {string | undefined}
 */
const take = (folder) => {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
  const file = join(folder, `${process.pid}@${hostname()}@${randomUUID()}`);
  try {
    closeSync(openSync(file, 'wx'));
    return file;
  } catch (error) {
    // somebody took the folder, still empty, for a dead one
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * @param {string} folder
 * @returns {boolean} whether the lock may be free now
 */
const breakIfStale = (folder) => {
  try {
    const [owner] = readdirSync(folder);
    const path = owner === undefined ? folder : join(folder, owner);
    const silentMs = Date.now() - statSync(path).mtimeMs;
    if (owner === undefined ? silentMs < STALE_ELSEWHERE_MS : isHeld(path, owner, silentMs))
      return false;
    if (owner !== undefined) unlinkSync(path);
    rmdirSync(folder);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) return true;
    throw error;
  }
};

/**
 * Whether the owner, or on this machine what it started, still goes on.
 *
 * @param {string} path
 * @param {string} owner
 * @param {number} silentMs
 */
const isHeld = (path, owner, silentMs) => {
  const [pid = '', host] = owner.split('@');
  if (host !== hostname()) return silentMs < STALE_ELSEWHERE_MS;
  const processes = [pid, ...readFileSync(path, 'utf8').split('\n')].filter(Boolean);
  return silentMs < STALE_HERE_MS && processes.some(isRunning);
};

/** @param {string} pid */
const isRunning = (pid) => {
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return codeOf(error) !== 'ESRCH';
  }
};

/** @param {string} file */
const touch = (file) => ignoreMissing(() => utimesSync(file, new Date(), new Date()));

/** @param {() => void} action */
const ignoreMissing = (action) => {
  try {
    action();
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(codeOf(error))) throw error;
  }
};

/**
 * @param {unknown} error
 * @returns {string}
 */
const codeOf = (error) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
