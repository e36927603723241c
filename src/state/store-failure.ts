import { statfs } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { WetreadError } from '../errors.ts';

/**
 * A disk with less room than this is full: LMDB reports a write that was cut short as an input/output error, and a file
 * that is mapped into memory needs its pages to be there, or the process dies of a bus error.
 */
const NO_ROOM_BYTES = 2 ** 20;

/** Far longer than npm lmdb takes to tell why. */
const CAUSE_MS = 1_000;

const EIO = 5;
const ENOSPC = 28;
/** Windows. */
const ERROR_DISK_FULL = 112;

/** What a write below `directory` failed with, as one of ours: `disk-full` where there was no room, else `store-failed`. */
export const toStoreFailure = async (error: unknown, directory: string): Promise<WetreadError> => {
  if (error instanceof WetreadError) return error;
  const cause = await causeOf(error);
  const { code } = (cause ?? {}) as { code?: unknown };
  const full =
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === ENOSPC ||
    code === ERROR_DISK_FULL ||
    (code === EIO && (await freeBytes(directory)) < NO_ROOM_BYTES);
  return new WetreadError(full ? 'disk-full' : 'store-failed', {}, { cause });
};

/** Fails with `disk-full` unless `bytes`, and a little more, can be written below `directory`. */
export const requireRoom = async (directory: string, bytes: number): Promise<void> => {
  if ((await freeBytes(directory)) < bytes + NO_ROOM_BYTES) throw new WetreadError('disk-full');
};

/** npm lmdb tells why a commit failed through a promise that it rejects a moment later: `commitError`. */
const causeOf = async (error: unknown): Promise<unknown> => {
  const { commitError } = (error ?? {}) as { commitError?: unknown };
  if (!(commitError instanceof Promise)) return error;
  const cause = commitError.then(
    () => error,
    (reason: unknown) => reason,
  );
  return Promise.race([cause, wait(CAUSE_MS, error, { ref: false })]);
};

const freeBytes = async (directory: string): Promise<number> => {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
};
