import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { ChildProcess } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import type { Model, ModelImage } from '../../../src/model/model.ts';
import { type Converted, openConverted } from '../../../src/model/radvlm/converted-cache.ts';
import { createRadvlm } from '../../../src/model/radvlm/radvlm.ts';
import {
  type ConversationCase,
  listCases,
  readCase,
} from '../../../src/model/radvlm/verify-case.ts';
import { collect } from '../../support/collect.ts';
import { endOf, isDelta, textOf } from '../../support/model-events.ts';
import { modelRequest, user } from '../../support/model-request.ts';
import { requestOf } from './golden-engine.ts';
import { GOLDEN } from './golden.ts';

const never = new AbortController().signal;
const CASES = join(GOLDEN, 'demo');

let dataDirectory: string;
let converted: Converted;
let cases: ConversationCase[];
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'wetread-radvlm-'));
  converted = await openConverted('checkpoints/demo', dataDirectory, { lanes: 1 });
  const all = await Promise.all((await listCases(CASES)).map((name) => readCase(CASES, name)));
  cases = all.filter((each) => each.kind === 'conversation');
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

let model: Model;
let log: string;
/** The processes that were started, newest last. */
const processes: ChildProcess[] = [];
const remember = (message: unknown): void => {
  processes.push((message as { readonly process: ChildProcess }).process);
};
beforeEach(async () => {
  log = '';
  processes.length = 0;
  diagnostics.subscribe('child_process', remember);
  const destination = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  const logger = createLogger('info', destination);
  model = await createRadvlm({ converted, threads: 2, spinning: false, logger });
});
afterEach(async () => {
  diagnostics.unsubscribe('child_process', remember);
  await model.close();
});

/** A film of usual size, made of a small one. */
const largeFilm = async (): Promise<ModelImage> => {
  const [width, height] = [2500, 2048];
  const png = await sharp(join(CASES, 'hannover-1663b242-ap.png'))
    .resize(width, height, { fit: 'fill' })
    .png()
    .toBuffer();
  return { sha256: 'large', width, height, png: new Uint8Array(png) };
};

test('streams the words of the reference through the process', async () => {
  for (const goldenCase of cases) {
    const events = await collect(model.stream(requestOf(goldenCase), never));
    expect(textOf(events)).toBe(goldenCase.expected.text);
    expect(events.filter(isDelta).length).toBeGreaterThan(3);
    expect(endOf(events).usage.promptTokens).toBe(goldenCase.expected.input_ids.length);
  }
});

test('the event loop goes on while the model reads and writes', async () => {
  const film = await largeFilm();
  const gaps: number[] = [];
  let last = performance.now();
  const ticking = setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }, 2);
  const request = modelRequest({ messages: [user('Where is the heart?', film)], maxTokens: 40 });
  const start = performance.now();
  await collect(model.stream(request, never));
  clearInterval(ticking);
  const took = performance.now() - start;
  const longest = Math.max(...gaps);
  process.stdout.write(
    `${took.toFixed(0)} ms for a film and an answer, longest stall ${longest.toFixed(0)} ms\n`,
  );
  // Run in the main thread, cutting the film alone takes a third of the time in one piece.
  expect(longest).toBeLessThan(took / 4);
});

test('an abort is told at once, and stops the work in the process', async () => {
  const film = await largeFilm();
  const stop = new AbortController();
  const request = modelRequest({ messages: [user('Where is the heart?', film)] });
  const events = model.stream(request, stop.signal)[Symbol.asyncIterator]();
  await events.next();
  let sent = 0;
  processes.at(-1)?.on('message', ({ type }: { type: string }) => {
    if (type === 'event') sent += 1;
  });
  const waiting = events.next();
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  // Each answer comes after what was sent before it; a step may have been running.
  for (let i = 0; i < 20; i++) await model.count([user('Where is the heart?')]);
  expect(sent).toBeLessThanOrEqual(1);
});

test('leaving the loop stops the work in the process', async () => {
  const [first] = cases;
  if (!first) throw new Error('no cases');
  let sent = 0;
  processes.at(-1)?.on('message', ({ type }: { type: string }) => {
    if (type === 'event') sent += 1;
  });
  for await (const event of model.stream(requestOf(first), never)) {
    if (event.type === 'reading') break;
  }
  const soFar = sent;
  for (let i = 0; i < 20; i++) await model.count(first.messages);
  expect(sent).toBeLessThanOrEqual(soFar + 1);
});

test('when the process dies, what runs fails and the next request starts another one', async () => {
  const [first, second] = cases;
  if (!first || !second) throw new Error('no cases');
  const dying = collect(model.stream(requestOf(first), never));
  const asking = collect(model.stream(requestOf(second), never));
  const counting = model.count(first.messages);
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  processes.at(-1)?.kill('SIGKILL');
  await Promise.all([
    expect(dying).rejects.toMatchObject({ code: 'model-stopped', retryable: true }),
    expect(asking).rejects.toMatchObject({ code: 'model-stopped' }),
    expect(counting).rejects.toMatchObject({ code: 'model-stopped' }),
  ]);
  await model.forget('whatever it was');

  const again = [first, second].map((each) => collect(model.stream(requestOf(each), never)));
  const [one, two] = await Promise.all(again);
  expect(textOf(one ?? [])).toBe(first.expected.text);
  expect(textOf(two ?? [])).toBe(second.expected.text);
  expect(processes).toHaveLength(2);
  expect(log).toContain('model process ended');
});

test('a failure in the process is told by its code, and no word of it is logged', async () => {
  const broken = { sha256: 'x', width: 40, height: 40, png: new Uint8Array([1, 2, 3]) };
  const request = modelRequest({ messages: [user('a secret question', broken)] });
  await expect(collect(model.stream(request, never))).rejects.toMatchObject({
    name: 'WetreadError',
    code: 'picture-damaged',
  });
  const long = modelRequest({ messages: [user('a secret question '.repeat(5000))] });
  await expect(collect(model.stream(long, never))).rejects.toMatchObject({
    code: 'context-full',
    message: expect.stringContaining(String(model.contextTokens)),
  });
  expect(log).not.toContain('secret');
});

test('the demonstration is called after Wetread, unless it is given a name', async () => {
  expect(model.name).toBe('wetread-demo');
  const options = { threads: 1, spinning: false, logger: createLogger('silent') };
  const named = await createRadvlm({ converted, name: 'ward-reader', ...options });
  expect(named.name).toBe('ward-reader');
  await named.close();
});

test('a folder that is no model fails at the start', async () => {
  const options = { threads: 1, spinning: false, logger: createLogger('silent') };
  const empty = { ...converted, directory: dataDirectory };
  const starting = createRadvlm({ converted: empty, ...options });
  await expect(starting).rejects.toMatchObject({ code: 'checkpoint-file-missing' });
});

test('closing ends the process', async () => {
  const exited = new Promise((resolve) => processes[0]?.once('exit', resolve));
  await model.close();
  expect(await exited).toBe(0);
  await expect(model.count([])).rejects.toMatchObject({ code: 'model-closed' });
});

test('signals for the whole group leave it alone: it answers until it is told to end', async () => {
  const [first] = cases;
  if (!first) throw new Error('no cases');
  const answering = collect(model.stream(requestOf(first), never));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) processes.at(-1)?.kill(signal);
  expect(textOf(await answering)).toBe(first.expected.text);
  expect(processes).toHaveLength(1);
});

test('it ends by itself when whoever started it is gone', async () => {
  const [child] = processes;
  const exited = new Promise((resolve) => child?.once('exit', resolve));
  child?.disconnect();
  expect(await exited).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'its large allocations are on large pages, where the system gives them on request',
  async () => {
    const environment = await readFile(`/proc/${processes.at(-1)?.pid}/environ`, 'utf8');
    expect(environment.split('\0')).toContain('GLIBC_TUNABLES=glibc.malloc.hugetlb=1');
  },
);
