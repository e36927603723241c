import { expect, test } from 'vitest';
import { openSentenceStart, sentenceSpans } from '../../../src/core/grounding/sentences.ts';

const sentences = (text: string): string[] =>
  sentenceSpans(text).map(({ start, end }) => text.slice(start, end));

test.each([
  ['The heart is normal. No effusion.', ['The heart is normal.', 'No effusion.']],
  ['A nodule of 1.2 cm (1). The rest is clear.', ['A nodule of 1.2 cm (1).', 'The rest is clear.']],
  ['Seen by Dr. Smith. Clear.', ['Seen by Dr. Smith.', 'Clear.']],
  ['About approx. 3 cm. Rib no. 4 is broken.', ['About approx. 3 cm.', 'Rib no. 4 is broken.']],
  ['Effusion? No. The heart is large.', ['Effusion?', 'No.', 'The heart is large.']],
  ['1. Effusion.\n2. Nodule', ['1. Effusion.', '2. Nodule']],
  ['Findings:\n\nClear lungs', ['Findings:', 'Clear lungs']],
  ['  ', []],
])('%j is cut at its sentences', (text, expected) => {
  expect(sentences(text)).toEqual(expected);
});

test('an open sentence is told from one that has ended', () => {
  expect(openSentenceStart('The heart is normal. A nodule at ')).toBe(21);
  expect(openSentenceStart('The heart is normal. ')).toBe(21);
  expect(openSentenceStart('')).toBe(0);
});
