import { expect, test } from 'vitest';
import { numberBox, pixelsOf } from '../../../src/core/grounding/number-box.ts';

test('a numbered box has whole pixels of the film and its side', () => {
  expect(
    numberBox(
      { number: 2, label: 'nodule', box: [0.07, 0.5, 0.35, 1], sentence: 'A nodule at (2).' },
      { width: 100, height: 51 },
      0.5,
    ),
  ).toEqual({
    number: 2,
    label: 'nodule',
    box: [0.07, 0.5, 0.35, 1],
    pixels: [7, 26, 35, 51],
    side: 'right',
    sentence: 'A nodule at (2).',
  });
});

test('a box is at least a pixel, and never outside the film', () => {
  expect(pixelsOf([0.999, 0.999, 1, 1], { width: 10, height: 10 })).toEqual([9, 9, 10, 10]);
  expect(pixelsOf([0.501, 0.501, 0.502, 0.502], { width: 10, height: 10 })).toEqual([5, 5, 6, 6]);
});
