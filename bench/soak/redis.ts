import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SoakStore } from './soak-server.ts';

/** A server that does not listen by then does not start. */
const START_MS = 10_000;

/** A Redis server of the soak's own, on a free port of the loopback; it writes nothing to disk and survives the kills. */
export const startRedis = async (
  directory: string,
): Promise<{ readonly store: SoakStore; readonly stop: () => Promise<void> }> => {
  const port = await freePort();
  const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn('redis-server', [...settings, '--dir', directory], { stdio: 'ignore' });
  // Rejects when there is no such program.
  await once(server, 'spawn');
  for (let waitedMs = 0; !(await listens(port)); waitedMs += 20) {
    if (waitedMs > START_MS || server.exitCode !== null) throw new Error('Redis does not start');
    await sleep(20);
  }
  return {
    store: { kind: 'redis', url: `redis://127.0.0.1:${port}` },
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill();
      await ended;
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
