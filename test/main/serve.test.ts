import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { startEndpointServer } from '../support/endpoint-server.ts';
import { emptyFolder, startProgram, type Program } from './start-program.ts';
import { askAsThePage, never, READY, SERVE, startServer } from './start-server.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

/** Each starts a program, which takes a second on a quiet machine. */
const A_BUSY_MACHINE_MS = 60_000;

const logOf = (program: Program): unknown[] =>
  program
    .errors()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

/** A port that is free now. */
const freePort = async (): Promise<{ port: number; close: () => void }> => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
};

const getStatus = async (url: string): Promise<number> => (await fetch(url)).status;

describe('the server', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('prints one line when it is ready, logs JSON, and ends with 0 when told to', async () => {
    const { program } = await startServer();
    const [, url = ''] = await program.printed(READY);
    expect(await getStatus(`${url}health`)).toBe(200);
    expect(await getStatus(`${url}ready`)).toBe(200);
    expect(await getStatus(url)).toBe(200);
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(0);
    expect(program.output()).toMatch(READY);
    expect(logOf(program)).toContainEqual(expect.objectContaining({ msg: 'ready' }));
  });

  test('answers /health while the model loads, says not ready elsewhere, and can be stopped', async () => {
    const { port, close } = await freePort();
    close();
    const { program, endpoint } = await startServer({ PORT: String(port) }, never);
    const url = `http://127.0.0.1:${port}/`;
    while (endpoint.requests.length === 0) await pause(20);
    expect(await getStatus(`${url}health`)).toBe(200);
    expect(await getStatus(`${url}ready`)).toBe(503);
    expect(await getStatus(`${url}web/about`)).toBe(503);
    expect(program.output()).toBe('');
    program.signal('SIGINT');
    expect(await program.exitCode).toBe(0);
  });

  test('waits for an endpoint that is down, tells why, and is ready once it is there', async () => {
    const [door, gone] = [await freePort(), await freePort()];
    door.close();
    gone.close();
    const { program } = await startServer({
      PORT: String(door.port),
      MODEL_URL: `http://127.0.0.1:${gone.port}/v1`,
    });
    const url = `http://127.0.0.1:${door.port}/`;
    while (!program.errors().includes('endpoint-unreachable')) await pause(20);
    expect(program.errors()).toContain('Check MODEL_URL');
    expect(await getStatus(`${url}health`)).toBe(200);
    expect(await getStatus(`${url}ready`)).toBe(503);
    const about = await fetch(`${url}web/about`);
    expect(await about.json()).toMatchObject({ error: { code: 'endpoint-unreachable' } });
    expect(program.output()).toBe('');

    const endpoint = await startEndpointServer(gone.port);
    onTestFinished(endpoint.close);
    await program.printed(READY);
    expect(await getStatus(`${url}ready`)).toBe(200);
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(0);
  });

  test('lets a running answer go on for SHUTDOWN_GRACE, and takes nothing new meanwhile', async () => {
    const { program, endpoint } = await startServer({ SHUTDOWN_GRACE: '700ms' }, undefined, never);
    const [, url = ''] = await program.printed(READY);
    await askAsThePage(url);
    while (endpoint.completions.length === 0) await pause(20);
    const start = Date.now();
    program.signal('SIGTERM');
    await pause(200);
    expect(await getStatus(`${url}ready`)).toBe(503);
    expect(await program.exitCode).toBe(0);
    expect(Date.now() - start).toBeGreaterThan(600);
  });

  test('ends at once at a second signal', async () => {
    const { program, endpoint } = await startServer({ SHUTDOWN_GRACE: '1h' }, undefined, never);
    const [, url = ''] = await program.printed(READY);
    await askAsThePage(url);
    while (endpoint.completions.length === 0) await pause(20);
    program.signal('SIGTERM');
    await pause(200);
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(null);
  });
});

describe('what keeps the server from starting', { timeout: A_BUSY_MACHINE_MS }, () => {
  /** A sentence on standard error, nothing on standard output, exit code 1. */
  const failing = async (settings: Record<string, string>): Promise<string> => {
    const program = startProgram(SERVE, { DATA_DIR: await emptyFolder(), PORT: '0', ...settings });
    expect(await program.exitCode).toBe(1);
    expect(program.output()).toBe('');
    return program.errors();
  };

  test('a taken port is told before any model is loaded', async () => {
    const { port, close } = await freePort();
    onTestFinished(close);
    const said = await failing({ PORT: String(port), MODEL_DIR: '/nowhere' });
    expect(said).toBe(
      `Port ${port} is taken. Start with another one: PORT=0 npm start takes any that is free.\n`,
    );
  });

  test('a setting that cannot be used is told', async () => {
    expect(await failing({ PORT: 'http' })).toContain('PORT must be a whole number');
  });

  test('a folder that holds no checkpoint is told', async () => {
    expect(await failing({ MODEL_DIR: '/nowhere' })).toContain('There is no checkpoint');
  });

  test('an endpoint that serves another model is told, with what to check', async () => {
    const endpoint = await startEndpointServer();
    onTestFinished(endpoint.close);
    const said = await failing({ MODEL_URL: endpoint.url, MODEL_NAME: 'not-served' });
    expect(said).toContain('does not serve the model that is set');
    expect(said).toContain('Check MODEL_NAME');
  });

  test('beyond this machine has no page and no API without a key', async () => {
    const { program } = await startServer({ HOST: '0.0.0.0' });
    const [, port = ''] = await program.printed(/^ready http:\/\/0\.0\.0\.0:(\d+)\/\n$/);
    const url = `http://127.0.0.1:${port}/`;
    expect(await getStatus(`${url}health`)).toBe(200);
    for (const path of ['', 'web/about', 'v1/models'])
      expect(await getStatus(`${url}${path}`)).toBe(404);
    expect(program.errors()).toContain('API_KEYS is not set');
  });

  test('beyond this machine has both for who shows a key', async () => {
    const key = 'a-key-that-nobody-guesses';
    const { program } = await startServer({ HOST: '0.0.0.0', API_KEYS: key });
    const [, port = ''] = await program.printed(/^ready http:\/\/0\.0\.0\.0:(\d+)\/\n$/);
    for (const path of ['', 'web/about', 'v1/models']) {
      const url = `http://127.0.0.1:${port}/${path}`;
      expect(await getStatus(url)).toBe(401);
      const authorization = `Basic ${Buffer.from(`me:${key}`).toString('base64')}`;
      expect((await fetch(url, { headers: { authorization } })).status).toBe(200);
    }
    expect(program.errors()).not.toContain(key);
  });
});
