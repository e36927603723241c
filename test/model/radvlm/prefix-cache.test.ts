import { expect, test } from 'vitest';
import { KeyValueCache } from '../../../src/model/radvlm/key-value-cache.ts';
import {
  PrefixCache,
  type PromptTokens,
  Sequence,
} from '../../../src/model/radvlm/prefix-cache.ts';

const shape = { layers: 1, keyValueHeads: 1, headSize: 1 };
/** Of one page of 64 tokens: keys and values, 4 bytes each. */
const PAGE_BYTES = 2 * 64 * 4;
const IMAGE = 9;

const promptOf = (ids: number[], film?: string): PromptTokens => {
  const start = ids.indexOf(IMAGE);
  const count = ids.filter((id) => id === IMAGE).length;
  return { ids, image: film === undefined ? undefined : { sha256: film, start, count } };
};

/** Reads the prompt as the decoder would: each token's row is its own id. */
const read = (sequence: Sequence, ids: number[]): void => {
  const rows = Float32Array.from(ids.slice(sequence.cache.length));
  sequence.cache.append({ keys: [rows], values: [rows] }, 0, rows.length);
};

const begin = (cache: PrefixCache, ids: number[], film?: string, capacity = 64): Sequence => {
  const sequence = new Sequence(promptOf(ids, film), new KeyValueCache(shape, capacity));
  cache.begin(sequence);
  cache.adopt(sequence, ids.length);
  return sequence;
};

const readAndKeep = (cache: PrefixCache, ids: number[], film?: string, capacity?: number): void => {
  const sequence = begin(cache, ids, film, capacity);
  read(sequence, ids);
  cache.end(sequence);
};

const foundOf = (cache: PrefixCache, ids: number[], film?: string, capacity?: number): number => {
  const sequence = begin(cache, ids, film, capacity);
  const { length } = sequence.cache;
  expect([...sequence.cache.keys(0).subarray(0, length)]).toEqual(ids.slice(0, length));
  return length;
};

test('finds the longest beginning that was read before', () => {
  const cache = new PrefixCache(Infinity);
  readAndKeep(cache, [1, 2, 3]);
  readAndKeep(cache, [1, 2, 4, 5, 6]);
  expect(foundOf(cache, [1, 2, 4, 5, 7])).toBe(4);
  expect(foundOf(cache, [1, 2, 3, 3, 3])).toBe(3);
  expect(foundOf(cache, [2, 2])).toBe(0);
});

test('does not take one film for another', () => {
  const cache = new PrefixCache(Infinity);
  readAndKeep(cache, [1, IMAGE, IMAGE, 2], 'a');
  expect(foundOf(cache, [1, IMAGE, IMAGE, 3], 'a')).toBe(3);
  expect(foundOf(cache, [1, IMAGE, IMAGE, 3], 'b')).toBe(1);
  expect(foundOf(cache, [1, IMAGE, IMAGE, 3])).toBe(1);
});

test('a sequence that is running lends what it has read so far', () => {
  const cache = new PrefixCache(Infinity);
  const running = begin(cache, [1, 2, 3, 4]);
  read(running, [1, 2]);
  expect(foundOf(cache, [1, 2, 3])).toBe(2);
});

test('takes over no further than it is told', () => {
  const cache = new PrefixCache(Infinity);
  readAndKeep(cache, [1, 2, 3]);
  const sequence = new Sequence(promptOf([1, 2, 3]), new KeyValueCache(shape, 64));
  cache.begin(sequence);
  cache.adopt(sequence, 2);
  expect(sequence.cache.length).toBe(2);
});

test('keeps of each conversation what nobody had read before', () => {
  const cache = new PrefixCache(Infinity);
  const film = Array.from({ length: 100 }, () => IMAGE);
  readAndKeep(cache, [1, ...film, 2], 'a', 128);
  const { bytes } = cache;
  // The film is 100 tokens, two pages; what follows it is one.
  readAndKeep(cache, [1, ...film, 3], 'a', 128);
  expect(cache.bytes).toBe(bytes + PAGE_BYTES);
  readAndKeep(cache, [1, ...film, 3, 4, 5], 'a', 128);
  readAndKeep(cache, [1, ...film, 3, 4], 'a', 128);
  expect(cache.bytes).toBe(bytes + 2 * PAGE_BYTES);
  expect(foundOf(cache, [1, ...film, 3, 4, 5, 6], 'a', 128)).toBe(104);
  expect(foundOf(cache, [1, ...film, 2, 6], 'a', 128)).toBe(102);
  cache.forget('a');
  expect(cache.bytes).toBe(0);
});

test('never drops a film that kept conversations stand on', () => {
  const cache = new PrefixCache(3 * PAGE_BYTES);
  readAndKeep(cache, [1, IMAGE, 2], 'a');
  for (let question = 3; question < 9; question++) readAndKeep(cache, [1, IMAGE, question], 'a');
  expect(cache.bytes).toBe(3 * PAGE_BYTES);
  expect(foundOf(cache, [1, IMAGE, 2], 'a')).toBe(3);
  expect(foundOf(cache, [1, IMAGE, 8], 'a')).toBe(3);
  expect(foundOf(cache, [1, IMAGE, 3], 'a')).toBe(2);
});

test('two films share no memory, although both begin alike', () => {
  const cache = new PrefixCache(Infinity);
  readAndKeep(cache, [1, 1, IMAGE, 2], 'a');
  readAndKeep(cache, [1, 1, IMAGE, 2], 'b');
  cache.forget('a');
  expect(foundOf(cache, [1, 1, IMAGE, 2], 'b')).toBe(4);
});

test('keeps within its bytes and drops what was used least recently', () => {
  const cache = new PrefixCache(2 * PAGE_BYTES);
  readAndKeep(cache, [1, 1]);
  readAndKeep(cache, [2, 2]);
  foundOf(cache, [1, 1, 1]);
  readAndKeep(cache, [3, 3]);
  expect(cache.bytes).toBe(2 * PAGE_BYTES);
  expect(foundOf(cache, [1, 1])).toBe(2);
  expect(foundOf(cache, [2, 2])).toBe(0);
  expect(foundOf(cache, [3, 3])).toBe(2);
});

test('drops nothing that is running', () => {
  const cache = new PrefixCache(0);
  const running = begin(cache, [1, 2]);
  read(running, [1, 2]);
  readAndKeep(cache, [3, 4]);
  expect(cache.bytes).toBe(0);
  expect(foundOf(cache, [1, 2, 3])).toBe(2);
});

test('forgets a film at once, and one that is being read when it ends', () => {
  const cache = new PrefixCache(Infinity);
  readAndKeep(cache, [1, IMAGE, 2], 'a');
  readAndKeep(cache, [1, IMAGE, 2], 'b');
  const running = begin(cache, [1, IMAGE, 3], 'a');
  cache.forget('a');
  read(running, [1, IMAGE, 3]);
  expect(foundOf(cache, [1, IMAGE], 'a')).toBe(1);
  cache.end(running);
  expect(foundOf(cache, [1, IMAGE], 'a')).toBe(1);
  expect(foundOf(cache, [1, IMAGE], 'b')).toBe(2);
});

test("says whether the sequence's own cache is what it keeps", () => {
  const cache = new PrefixCache(Infinity);
  const ended = (ids: number[]): boolean => {
    const sequence = begin(cache, ids, 'a');
    read(sequence, ids);
    return cache.end(sequence);
  };
  expect(ended([1, IMAGE, IMAGE, 2])).toBe(true);
  expect(ended([1, IMAGE, IMAGE, 2])).toBe(false);
  expect(ended([1, IMAGE, IMAGE, 2, 3])).toBe(false);
});
