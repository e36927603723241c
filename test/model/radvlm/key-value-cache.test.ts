import { expect, test } from 'vitest';
import { KeyValueCache, type NewRows } from '../../../src/model/radvlm/key-value-cache.ts';

const shape = { layers: 2, keyValueHeads: 2, headSize: 4 };
const width = shape.keyValueHeads * shape.headSize;

/** A number that says which layer, token and column it belongs to, and whether it is a key or a value. */
const key = (layer: number, token: number, column: number): number =>
  1 + layer * 1e6 + token * 100 + column;
const value = (layer: number, token: number, column: number): number => -key(layer, token, column);

const rowsOf = (first: number, count: number): NewRows => {
  const rows = (number: typeof key): Float32Array[] =>
    Array.from({ length: shape.layers }, (_, layer) =>
      Float32Array.from({ length: count * width }, (_, i) =>
        number(layer, first + Math.floor(i / width), i % width),
      ),
    );
  return { keys: rows(key), values: rows(value) };
};

/** Every number in the cache, against what was added; beyond the length, zero. */
const expectTokens = (cache: KeyValueCache, tokens: number): void => {
  expect(cache.length).toBe(tokens);
  const { stride } = cache;
  for (let layer = 0; layer < shape.layers; layer++) {
    const [keys, values] = [cache.keys(layer), cache.values(layer)];
    expect(keys).toHaveLength(width * stride);
    expect(values).toHaveLength(width * stride);
    for (let column = 0; column < width; column++) {
      const [head, i] = [Math.floor(column / shape.headSize), column % shape.headSize];
      for (let token = 0; token < stride; token++) {
        const there = token < tokens;
        const ofKey = keys[(head * stride + token) * shape.headSize + i];
        const ofValue = values[column * stride + token];
        if (ofKey !== (there ? key(layer, token, column) : 0)) expect(ofKey).toBe('the key');
        if (ofValue !== (there ? value(layer, token, column) : 0))
          expect(ofValue).toBe('the value');
      }
    }
  }
};

test('keeps every key and value in its place while it grows, and zeros behind them', () => {
  const cache = new KeyValueCache(shape, 1200);
  let tokens = 0;
  for (const count of [1, 62, 1, 1, 64, 7, 300, 76, 1, 500, 100]) {
    cache.append(rowsOf(tokens, count), 0, count);
    tokens += count;
    expectTokens(cache, tokens);
  }
  expect(cache.stride).toBe(1280);
});

test('takes small pages while it is short and large ones afterwards', () => {
  const cache = new KeyValueCache(shape, 2000);
  const strideAt = (tokens: number): number => {
    cache.reserve(tokens);
    return cache.stride;
  };
  expect([1, 64, 65, 512, 513, 768, 769].map(strideAt)).toEqual([64, 64, 128, 512, 768, 768, 1024]);
  expect(cache.bytes).toBe(2 * 2 * 2 * 4 * 1024 * 4);
});

test('takes its rows out of a run that holds those of others', () => {
  const cache = new KeyValueCache(shape, 64);
  cache.append(rowsOf(-3, 8), 3, 5);
  expectTokens(cache, 5);
  expect(cache.length).toBe(5);
});

test('copies the beginning of another sequence, behind what it has', () => {
  const long = new KeyValueCache(shape, 700);
  long.append(rowsOf(0, 600), 0, 600);
  const short = new KeyValueCache(shape, 300);
  short.copyFrom(long, 0, 70);
  expectTokens(short, 70);
  short.append(rowsOf(70, 3), 0, 3);
  short.copyFrom(long, 73, 226);
  expectTokens(short, 299);
  short.copyFrom(long, 299, 0);
  expectTokens(short, 299);
  expectTokens(long, 600);
  expect([short.length, long.length]).toEqual([299, 600]);
});

test('holds what another has in the middle by itself, and gives it back', () => {
  const whole = new KeyValueCache(shape, 700);
  whole.append(rowsOf(0, 600), 0, 600);
  const tail = new KeyValueCache(shape, 200);
  tail.copyFrom(whole, 400, 200);
  const again = new KeyValueCache(shape, 700);
  again.append(rowsOf(0, 450), 0, 450);
  again.copyFrom(tail, 50, 150);
  expectTokens(again, 600);
  expect([tail.length, again.length]).toEqual([200, 600]);
});

test('refuses more than it can hold, and more than there is', () => {
  const cache = new KeyValueCache(shape, 10);
  cache.append(rowsOf(0, 10), 0, 10);
  expect(() => cache.append(rowsOf(10, 1), 0, 1)).toThrow(RangeError);
  expect(() => new KeyValueCache(shape, 20).copyFrom(cache, 5, 6)).toThrow(RangeError);
  expectTokens(cache, 10);
});

test('is as new when it has been cleared', () => {
  const cache = new KeyValueCache(shape, 400);
  cache.append(rowsOf(0, 150), 0, 150);
  cache.clear();
  expect([cache.length, cache.stride, cache.bytes]).toEqual([0, 0, 0]);
  cache.reserve(400);
  expectTokens(cache, 0);
  cache.append(rowsOf(0, 3), 0, 3);
  expectTokens(cache, 3);
});
