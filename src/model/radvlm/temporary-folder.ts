import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/**
 * Folders of conversions under way, hidden beside the folder that they will become. Their name says which process of
 * which machine writes them, so that what a killed process left can be told from what another one is writing.
 */
const NAME = /^\.converting-([0-9a-f]{8})-(\d+)-[0-9a-f]{8}$/;

/** A conversion writes all the time; a folder left alone for this long has nobody, whatever its name says. */
const IDLE_MS = 30 * 60_000;

const ownHost = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** The path of a new one, not made yet. */
export const temporaryPath = (parent: string): string =>
  join(parent, `.converting-${ownHost()}-${process.pid}-${randomBytes(4).toString('hex')}`);

export const makeTemporaryFolder = async (parent: string): Promise<string> => {
  const path = temporaryPath(parent);
  await mkdir(path, { recursive: true });
  return path;
};

/**
 * Takes over the folder of a conversion that died, if there is one that `isWanted`, under a name of this process.
 * Undefined if there is none, or if another process took it first.
 */
export const adoptStaleFolder = async (
  parent: string,
  isWanted: (path: string) => Promise<boolean>,
): Promise<string | undefined> => {
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    if (!(await isStale(name, path)) || !(await isWanted(path))) continue;
    const own = temporaryPath(parent);
    const taken = await rename(path, own).then(
      () => true,
      () => false,
    );
    if (!taken) continue;
    // Ours from now on, and not of an earlier process of this number.
    const now = new Date();
    await utimes(own, now, now);
    return own;
  }
  return undefined;
};

/** Removes what conversions that died left in `parent`. */
export const removeStaleFolders = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent).catch(() => [])) {
    const path = join(parent, name);
    if (await isStale(name, path)) await rm(path, { recursive: true, force: true });
  }
};

const isStale = async (name: string, path: string): Promise<boolean> => {
  const [, host, process_] = NAME.exec(name) ?? [];
  if (host === undefined) return false;
  const touchedMs = await lastWriteMs(path);
  if (Date.now() - touchedMs > IDLE_MS) return true;
  if (host !== ownHost()) return false;
  const pid = Number(process_);
  // Ours by number, but from before we began: a restarted container often has the same number again.
  if (pid === process.pid) return touchedMs < Date.now() - process.uptime() * 1000;
  return !isAlive(pid);
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

const lastWriteMs = async (directory: string): Promise<number> => {
  const files = await readdir(directory).catch(() => []);
  const times = await Promise.all(
    [directory, ...files.map((file) => join(directory, file))].map((path) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(...times);
};
