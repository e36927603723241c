import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { answer } from '../support/endpoint-server.ts';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { redisMissing, startRedis } from '../support/redis-server.ts';
import { emptyFolder, startProgram } from './start-program.ts';
import {
  addressOf,
  askAsThePage,
  eventsAsThePage,
  judgeAsThePage,
  never,
  startServer,
  untilAsked,
} from './start-server.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

/** Each starts programs, which takes a second on a quiet machine. */
const A_BUSY_MACHINE_MS = 60_000;

describe('a server that starts again', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('answers what it was asked before it was killed, once', async () => {
    const { program, start, endpoint } = await startServer({}, undefined, never);
    const asked = await askAsThePage(await addressOf(program));
    await untilAsked(endpoint, 1);
    program.signal('SIGKILL');
    await program.exitCode;
    endpoint.behave(answer);
    const url = await addressOf(start());
    const events = await eventsAsThePage(url, asked);
    expect(events.filter(({ type }) => type === 'end')).toHaveLength(1);
    expect(events.at(-1)?.type).toBe('end');
    expect(await eventsAsThePage(url, asked)).toEqual(expect.arrayContaining([events.at(-1)]));
  });

  test('leaves what has no time to be answered to the next one when it is told to end', async () => {
    const settings = { SHUTDOWN_GRACE: '100ms' };
    const { program, start, endpoint } = await startServer(settings, undefined, never);
    const asked = await askAsThePage(await addressOf(program));
    await untilAsked(endpoint, 1);
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(0);
    endpoint.behave(answer);
    const events = await eventsAsThePage(await addressOf(start()), asked);
    expect(events.at(-1)).toMatchObject({ type: 'end', reply: { finishReason: 'stop' } });
  });

  test('shows what was answered before', async () => {
    const { program, start, endpoint } = await startServer();
    const before = await addressOf(program);
    const asked = await askAsThePage(before);
    const told = await eventsAsThePage(before, asked);
    const completions = endpoint.completions.length;
    program.signal('SIGKILL');
    await program.exitCode;
    const after = await eventsAsThePage(await addressOf(start()), asked);
    expect(after.at(-1)).toEqual(told.at(-1));
    expect(endpoint.completions.length).toBe(completions);
  });

  test('is refused while another one has the folder, which goes on', async () => {
    const { program, start } = await startServer();
    const url = await addressOf(program);
    const second = start();
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toBe('');
    expect(second.errors()).toContain('Another Wetread already uses this data folder.');
    expect((await fetch(`${url}ready`)).status).toBe(200);
  });
});

describe.skipIf(redisMissing !== undefined)(
  `servers that share a Redis ${redisMissing ?? ''}`,
  { timeout: A_BUSY_MACHINE_MS },
  () => {
    test('show each other the turns that they were asked', async () => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const settings = { REDIS_URL: redis.url, DATA_DIR: await emptyFolder() };
      const { program, start } = await startServer(settings);
      const [one, other] = await Promise.all([program, start()].map(addressOf));
      const asked = await askAsThePage(one ?? '');
      const events = await eventsAsThePage(other ?? '', asked);
      expect(events.at(-1)).toMatchObject({ type: 'end', reply: { finishReason: 'stop' } });
      expect(await readdir(settings.DATA_DIR)).not.toContain('store.lmdb');
    });

    test('say so when it cannot be reached', async () => {
      const redis = await startRedis();
      await redis.stop();
      const { program } = await startServer({ REDIS_URL: redis.url });
      expect(await program.exitCode).toBe(1);
      expect(program.errors()).toMatch(/REDIS_URL/);
    });
  },
);

describe('an operator', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('sees outcomes in /metrics and /ready, and a line of the audit without words', async () => {
    const { program, folder } = await startServer();
    const url = await addressOf(program);
    await eventsAsThePage(url, await askAsThePage(url));
    const metrics = await (await fetch(`${url}metrics`)).text();
    expect(metrics).toContain(
      'wetread_turns_total{platform="web",task="report",outcome="reply"} 1',
    );
    expect(metrics).toContain('wetread_platform_connected{platform="web"} 1');
    const openTurns = async () =>
      ((await (await fetch(`${url}ready`)).json()) as { openTurns: unknown }).openTurns;
    await expect.poll(openTurns).toEqual({ web: 0 });
    expect(await (await fetch(`${url}ready`)).json()).toMatchObject({
      status: 'ready',
      queue: { waiting: 0, running: 0 },
      outcomes: { reply: 1 },
      connections: { web: 'connected' },
    });
    program.signal('SIGTERM');
    await program.exitCode;
    const [day = ''] = await readdir(join(folder, 'audit'));
    const lines = (await readFile(join(folder, 'audit', day), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ kind: 'turn', platform: 'web', task: 'report', outcome: 'reply' }),
    ]);
  });

  test('exports judgements and compacts the folder, once the server has ended', async () => {
    const { program, folder } = await startServer();
    const url = await addressOf(program);
    const asked = await askAsThePage(url);
    await eventsAsThePage(url, asked);
    await judgeAsThePage(url, asked, { kind: 'right' });
    const wetread = (...args: string[]) =>
      startProgram(['bin/wetread.mjs', ...args], { DATA_DIR: folder });
    const early = wetread('feedback', 'export');
    expect(await early.exitCode).toBe(1);
    expect(early.errors()).toContain('Another Wetread already uses this data folder.');
    program.signal('SIGTERM');
    await program.exitCode;
    const exporting = wetread('feedback', 'export');
    expect(await exporting.exitCode).toBe(0);
    const thread = /threads\/([^/]+)/.exec(asked.path)?.[1] ?? '';
    expect(JSON.parse(exporting.output())).toMatchObject({ kind: 'right', platform: 'web' });
    expect(exporting.output()).not.toContain(thread);
    const compacting = wetread('data', 'compact');
    expect(await compacting.exitCode).toBe(0);
    expect(compacting.output()).toMatch(/MB before, .* MB after\.\n$/);
  });
});
