import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WetreadError } from '../errors.ts';

/** What a socket's path may hold: 104 bytes on macOS, 108 on Linux, the ending zero included. */
const LONGEST_SOCKET_PATH = 100;

/** A living holder accepts within milliseconds; one that is too busy for this long is alive too. */
const ANSWER_MS = 2_000;

/** Before a number is won. */
const UNNUMBERED = 'lock-new-';

/** Where the lock's socket stands. Named so that it fits a long path. */
type LockPlace = { readonly folder: string; readonly close: () => void };

/**
 * Holds `directory` for this process until the lock is released or the process ends, however it ends: the lock is a
 * listening socket in a folder of its own there, which the kernel closes with its process. A socket that nobody listens
 * on any more is a dead process's. So it holds between containers that share the folder too, where process numbers mean
 * nothing. On Windows it is a named pipe. Not covered: two machines on one network file system.
 * Fails with `store-in-use`.
 */
export const lockDirectory = async (directory: string): Promise<() => Promise<void>> => {
  if (process.platform === 'win32') return lockPipe(directory);
  const place = placeIn(directory);
  try {
    return await lockPlace(place);
  } catch (error) {
    if (error instanceof WetreadError) throw error;
    // some mounted folders take no sockets; a folder of this machine then stands for it
    return lockPlace(placeForHash(directory));
  }
};

const lockPipe = async (directory: string): Promise<() => Promise<void>> => {
  try {
    const server = await listen(`\\\\.\\pipe\\wetread-${hashOf(directory)}`);
    return () => closeServer(server);
  } catch (error) {
    throw new WetreadError('store-in-use', {}, { cause: error });
  }
};

/**
 * Locks are numbered folders, `lock-1`, `lock-2` and so on, of which the highest counts. A socket is made in a folder of
 * another name, which is renamed to the number after the highest, once that was seen to be dead; a rename to a folder
 * that holds something fails, so one alone gets a number. The highest is never removed, not even when it is released:
 * so whoever looked long ago, and is late to rename, finds a higher one and steps back.
 */
const lockPlace = async ({ folder, close }: LockPlace): Promise<() => Promise<void>> => {
  const own = join(folder, `${UNNUMBERED}${randomUUID().slice(0, 8)}`);
  let held = own;
  let server: Server | undefined;
  try {
    mkdirSync(own, { mode: 0o700 });
    server = await listen(join(own, 's'));
    while (held === own) {
      const highest = highestLock(folder);
      if (await answers(join(folder, `lock-${highest}`, 's')))
        throw new WetreadError('store-in-use');
      const next = join(folder, `lock-${highest + 1}`);
      if (renamed(own, next)) held = next;
    }
    if (join(folder, `lock-${highestLock(folder)}`) !== held)
      throw new WetreadError('store-in-use');
    removeOtherLocks(folder, held);
  } catch (error) {
    if (server !== undefined) await closeServer(server);
    if (held === own) remove(own);
    close();
    throw error;
  }
  const listening = server;
  return async () => {
    await closeServer(listening);
    close();
  };
};

/** 0: none. */
const highestLock = (folder: string): number =>
  Math.max(0, ...readdirSync(folder).map((name) => Number(/^lock-(\d+)$/.exec(name)?.[1] ?? 0)));

/** Those of the dead, and those of processes that are just finding out that this one was first. */
const removeOtherLocks = (folder: string, held: string): void => {
  for (const name of readdirSync(folder))
    if (name.startsWith('lock-') && join(folder, name) !== held) remove(join(folder, name));
};

const remove = (path: string): void => rmSync(path, { recursive: true, force: true });

/** The folder itself; where its path is too long for a socket, through an open descriptor (Linux) or its hash. */
const placeIn = (directory: string): LockPlace => {
  const folder = realpathSync(directory);
  if (Buffer.byteLength(join(folder, 'lock-new-12345678', 's')) <= LONGEST_SOCKET_PATH)
    return { folder, close: () => undefined };
  if (process.platform !== 'linux') return placeForHash(directory);
  const descriptor = openSync(folder, 'r');
  return { folder: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) };
};

const placeForHash = (directory: string): LockPlace => {
  const folder = join(tmpdir(), `wetread-${hashOf(directory)}`);
  mkdirSync(folder, { recursive: true });
  return { folder, close: () => undefined };
};

const hashOf = (directory: string): string =>
  createHash('sha256').update(realpathSync(directory).toLowerCase()).digest('hex').slice(0, 32);

/** False: somebody else has that number. Fails with `store-in-use` when somebody removed the folder: who has the lock. */
const renamed = (from: string, to: string): boolean => {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    if (code === 'ENOENT') throw new WetreadError('store-in-use', {}, { cause: error });
    throw error;
  }
};

const listen = async (path: string): Promise<Server> => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  // the lock keeps others out, not this process alive
  server.unref();
  return server;
};

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** Whether a living process listens there. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    const end = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.setTimeout(ANSWER_MS, () => end(true));
    socket.once('connect', () => end(true));
    // refused: nobody listens any more. Anything else, a full backlog say, is a sign of life.
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      end(code !== 'ECONNREFUSED' && code !== 'ENOENT'),
    );
  });
