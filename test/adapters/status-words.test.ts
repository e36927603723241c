import { expect, test } from 'vitest';
import { statusWords } from '../../src/adapters/status-words.ts';

test('reading says the share that is read, and the time left where it is worth saying', () => {
  const reading = { phase: 'reading', done: 30, total: 120 } as const;
  expect(statusWords(reading)).toBe('is looking at the film, 25 %…');
  expect(statusWords({ ...reading, leftMs: 3_000 })).toBe('is looking at the film, 25 %…');
  expect(statusWords({ ...reading, leftMs: 150_000 })).toBe(
    'is looking at the film, 25 %, about 3 minutes left…',
  );
});
