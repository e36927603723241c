import { expect, test } from 'vitest';
import { timeLeftInWords } from '../../src/core/time-left.ts';

test.each([
  [undefined, ''],
  [9_000, ''],
  [12_000, 'about 20 seconds left'],
  [60_000, 'about 60 seconds left'],
  [95_000, 'about 2 minutes left'],
  [240_000, 'about 4 minutes left'],
])('%s ms left are said as "%s"', (leftMs, words) => {
  expect(timeLeftInWords(leftMs)).toBe(words);
});
