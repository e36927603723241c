import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { CHUNK, FAILURE } from '../../../src/adapters/openai/wire.ts';
import { WetreadError } from '../../../src/errors.ts';
import { createQueue } from '../../../src/model/queue.ts';
import { endlessAnswer } from '../../support/endless-answer.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import {
  asking,
  AT,
  chunksIn,
  completionOf,
  contentIn,
  eventsIn,
  HEART,
  reader,
  startApi,
} from './start-api.ts';

describe('a stream', () => {
  test('begins with the role, has the words as they come, and ends with the boxes', async () => {
    const { post } = await startApi(reader());
    const response = await post(asking(HEART, { stream: true }));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const body = await response.text();
    const chunks = chunksIn(body).map((chunk) => CHUNK.strict().parse(chunk));
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(contentIn(chunks)).toBe(AT);
    const last = chunks.at(-1);
    expect(last?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' });
    expect(last?.wetread?.boxes).toMatchObject([{ label: 'heart' }]);
    expect(eventsIn(body).at(-1)).toBe('data: [DONE]');
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every((chunk) => !('usage' in chunk))).toBe(true);
  });

  test('has its usage in a last chunk of its own when it is asked for', async () => {
    const { post } = await startApi(reader());
    const asked = asking(HEART, { stream: true, stream_options: { include_usage: true } });
    const chunks = chunksIn(await (await post(asked)).text());
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 29 } });
    expect(chunks.slice(0, -1).every((chunk) => chunk['usage'] === null)).toBe(true);
  });

  test('sends its role before the model has said a word, and a comment while it waits', async () => {
    vi.useFakeTimers({ toFake: ['setInterval'] });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = createScriptedModel({
      script: async () => {
        await held;
        return 'Hello.';
      },
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    const read = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await read.read()).value).toContain('"role":"assistant"');
    vi.advanceTimersByTime(15_000);
    expect((await read.read()).value).toBe(': waiting\n\n');
    release();
    let rest = '';
    for (let next = await read.read(); !next.done; next = await read.read()) rest += next.value;
    expect(contentIn(chunksIn(rest))).toBe('Hello.');
    vi.useRealTimers();
  });

  test('that fails at once has the failure as its status', async () => {
    const model = createScriptedModel({
      script: () => {
        throw new WetreadError('queue-full');
      },
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(FAILURE.parse(await response.json()).error.code).toBe('queue-full');
  });

  test('that fails later says so in the stream, and is not done', async () => {
    const model = createScriptedModel({
      script: () =>
        (async function* () {
          yield { type: 'text-delta', text: 'The ' } as const;
          await pause(1);
          throw new WetreadError('model-stopped');
        })(),
    });
    const { post } = await startApi(model);
    const response = await post(asking('hello', { stream: true }));
    const events = eventsIn(await response.text());
    expect(events.at(-1)).toMatchObject({ error: { code: 'model-stopped', type: 'server_error' } });
    expect(events).not.toContain('data: [DONE]');
  });
});

describe('a client that leaves', () => {
  test.each([true, false])('stops the work on its answer (stream: %s)', async (stream) => {
    const model = createScriptedModel({ script: (_request, signal) => endlessAnswer(signal) });
    const { post } = await startApi(createQueue(model, { places: 4, running: 1 }));
    const leaving = new AbortController();
    const answer = post(asking('Tell me all.', { stream }), { signal: leaving.signal });
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(1);
    leaving.abort();
    await answer.then((response) => response.text()).catch(() => undefined);
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(0);
  });
});

describe('a server that ends', () => {
  test('lets answers finish within its grace, and takes no others', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const model = createScriptedModel({
      script: async () => {
        await held;
        return 'Hello.';
      },
    });
    const { post, adapter } = await startApi(model);
    const answer = post(asking('hello'));
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(1);
    const drained = adapter.drain(60_000);
    const late = await post(asking('hello'));
    expect([late.status, FAILURE.parse(await late.json()).error.code]).toEqual([503, 'closing']);
    release();
    expect((await completionOf(await answer)).choices[0].message.content).toBe('Hello.');
    await drained;
  });

  test('ends what takes longer, and says so', async () => {
    const model = createScriptedModel({ script: () => new Promise(() => {}) });
    const { post, adapter } = await startApi(model);
    const whole = post(asking('hello'));
    const stream = await post(asking('hello', { stream: true }));
    await expect.poll(() => model.running, { timeout: 10_000 }).toBe(2);
    await adapter.drain(0);
    expect(FAILURE.parse(await (await whole).json()).error.code).toBe('closing');
    expect(eventsIn(await stream.text()).at(-1)).toMatchObject({ error: { code: 'closing' } });
  });
});
