import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFilmShelf } from '../../../src/adapters/web/film-shelf.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('an upload that no message names is dropped after ten minutes', () => {
  const shelf = createFilmShelf(randomUUID);
  const early = shelf.put('thread', new Uint8Array([1]));
  vi.advanceTimersByTime(9 * 60_000);
  const late = shelf.put('thread', new Uint8Array([2]));
  vi.advanceTimersByTime(2 * 60_000);
  expect(shelf.take('thread', early)).toBeUndefined();
  expect(shelf.take('thread', late)).toEqual(new Uint8Array([2]));
  expect(vi.getTimerCount()).toBe(0);
});

test('the oldest upload makes room when all of them are more than memory should hold', () => {
  const shelf = createFilmShelf(randomUUID);
  // Never touched, so the system gives no pages for it.
  const large = new Uint8Array(100 * 2 ** 20);
  const uploads = Array.from({ length: 5 }, () => shelf.put('thread', large));
  expect(uploads.map((upload) => shelf.take('thread', upload)?.byteLength)).toEqual([
    undefined,
    ...Array.from({ length: 4 }, () => 100 * 2 ** 20),
  ]);
});

test('a film on the shelf is given to the thread that it was sent in, and once', () => {
  const shelf = createFilmShelf(randomUUID);
  const upload = shelf.put('thread', new Uint8Array([1]));
  expect(shelf.take('another', upload)).toBeUndefined();
  expect(shelf.take('thread', upload)).toEqual(new Uint8Array([1]));
  expect(shelf.take('thread', upload)).toBeUndefined();
  shelf.clear();
});
