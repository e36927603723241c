import { expect, test } from 'vitest';
import { CachePool } from '../../../src/model/radvlm/cache-pool.ts';

const shape = { layers: 1, keyValueHeads: 1, headSize: 1 };

test('a cache that is given back is the next one, wiped', () => {
  const pool = new CachePool(shape, 8_000, 2);
  const cache = pool.take(100);
  const rows = [Float32Array.of(5, 6)];
  cache.append({ keys: rows, values: rows }, 0, 2);
  pool.give(cache);
  const next = pool.take(900);
  expect(next).toBe(cache);
  next.reserve(64);
  expect([next.length, ...next.keys(0), ...next.values(0)]).toEqual(
    Array.from({ length: 129 }, () => 0),
  );
});

test('a longer conversation than any before gets a new one, and the smallest that fits is taken', () => {
  const pool = new CachePool(shape, 8_000, 4);
  const [short, long] = [pool.take(100), pool.take(5_000)];
  pool.give(long);
  pool.give(short);
  expect(pool.take(200)).toBe(short);
  expect(pool.take(200)).toBe(long);
  const another = pool.take(7_900);
  expect(another).not.toBe(long);
  expect(another.capacity).toBe(8_000);
});

test('what is in use and what is free are together no more than memory is planned for', () => {
  const pool = new CachePool(shape, 8_000, 2);
  const [one, two, three] = [pool.take(10), pool.take(10), pool.take(10)];
  pool.give(one);
  expect(pool.take(10)).not.toBe(one);
  pool.give(two);
  pool.give(three);
  // The first of the two is let go, for one is in use.
  expect(pool.take(10)).toBe(three);
});

test('one that stays where it is makes room for another', () => {
  const pool = new CachePool(shape, 8_000, 1);
  pool.take(10);
  pool.part();
  const cache = pool.take(10);
  pool.give(cache);
  expect(pool.take(10)).toBe(cache);
});
