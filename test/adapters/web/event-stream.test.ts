import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { streamEvents } from '../../../src/adapters/web/event-stream.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const never = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

const stream = (
  open: (signal: AbortSignal) => AsyncIterable<string>,
  closing = new AbortController(),
  toFailure: () => string | undefined = () => 'failed',
) => streamEvents({ open, toFailure, closing: closing.signal });

const read = async (body: AsyncIterable<unknown>): Promise<string> => {
  let text = '';
  for await (const chunk of body) text += String(chunk);
  return text;
};

test('a silent stream says every 15 seconds that it is still there, and ends with the server', async () => {
  const closing = new AbortController();
  const body = stream(async function* (signal) {
    await never(signal);
    yield 'too late';
  }, closing);
  const text = read(body);
  await vi.advanceTimersByTimeAsync(31_000);
  closing.abort();
  expect(await text).toBe('retry: 1000\n\n: waiting\n\n: waiting\n\n');
  expect(vi.getTimerCount()).toBe(0);
});

test('events that break off end in an event that says so', async () => {
  const body = stream(async function* () {
    yield 'one';
    throw new Error('the patient is called Rosebud');
  });
  expect(await read(body)).toBe('retry: 1000\n\ndata: "one"\n\ndata: "failed"\n\n');
});

test('events that will go on end without a word, so that the browser asks again', async () => {
  const open = async function* () {
    yield 'one';
    throw new Error('the server is being restarted');
  };
  const body = stream(open, new AbortController(), () => undefined);
  expect(await read(body)).toBe('retry: 1000\n\ndata: "one"\n\n');
});

test('a reader that does not read holds the events back instead of filling the memory', async () => {
  let asked = 0;
  const body = stream(async function* () {
    for (; asked < 10_000; asked += 1) yield 'x'.repeat(1_000);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(asked).toBeLessThan(100);
  body.destroy();
});
