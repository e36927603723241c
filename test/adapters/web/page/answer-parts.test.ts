import { expect, test } from 'vitest';
import { answerParts } from '../../../../src/adapters/web/page/words/answer-parts.ts';
import type { NumberedBox } from '../../../../src/core/film.ts';

const box = (number: number, sentence: string): NumberedBox => ({
  number,
  sentence,
  label: 'heart',
  box: [0, 0, 1, 1],
  pixels: [0, 0, 1, 1],
  side: null,
});

test('a sentence is tied to the boxes that belong to it, and what is between stays as it is', () => {
  const text = 'No fluid. The heart is large (1, 2). A nodule (3) on the left.';
  const boxes = [
    box(1, 'The heart is large (1, 2).'),
    box(2, 'The heart is large (1, 2).'),
    box(3, 'A nodule (3) on the left.'),
  ];
  expect(answerParts(text, boxes)).toEqual([
    { boxes: [], words: ['No fluid. '] },
    { boxes: [1, 2], words: ['The heart is large ', 1, 2, '.'] },
    { boxes: [], words: [' '] },
    { boxes: [3], words: ['A nodule ', 3, ' on the left.'] },
  ]);
});

test('a number that no box has is words', () => {
  expect(answerParts('Stage (2) of (1).', [box(1, '')])).toEqual([
    { boxes: [], words: ['Stage (2) of ', 1, '.'] },
  ]);
});

test('a box whose sentence is not in the text still has its number', () => {
  expect(answerParts('It is here (1).', [box(1, 'It was there (1).')])).toEqual([
    { boxes: [], words: ['It is here ', 1, '.'] },
  ]);
});

test('sentences are found in the order of the text, whatever the order of the boxes', () => {
  const boxes = [box(2, 'Second (2).'), box(1, 'First (1).')];
  expect(answerParts('First (1). Second (2).', boxes).map(({ boxes: tied }) => tied)).toEqual([
    [1],
    [],
    [2],
  ]);
});

test('an answer without boxes is one run; an empty one is none', () => {
  expect(answerParts('The lungs are clear.', [])).toEqual([
    { boxes: [], words: ['The lungs are clear.'] },
  ]);
  expect(answerParts('', [])).toEqual([]);
});
