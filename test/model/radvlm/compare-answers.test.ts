import { describe, expect, test } from 'vitest';
import { agreementOf, compareAnswers } from '../../../src/model/radvlm/compare-answers.ts';

describe('two answers', () => {
  test('are the same with the same words and boxes within a hundredth', () => {
    const ours = 'The heart is at [0.30, 0.40, 0.80, 0.77].';
    expect(compareAnswers(ours, 'The heart is at [0.3, 0.41, 0.8, 0.78].')).toMatchObject({
      same: true,
      equalWords: 1,
      firstDifference: null,
    });
    const far = compareAnswers(ours, 'The heart is at [0.30, 0.42, 0.80, 0.77].');
    expect(far).toMatchObject({ same: false, equalWords: 1, firstDifference: null });
    expect(far.overlaps[0]).toBeCloseTo(0.35 / 0.37, 6);
  });

  test('share the words that both have in the same order', () => {
    const { equalWords, firstDifference, same } = compareAnswers(
      'There is a small left effusion.',
      'There is a left effusion.',
    );
    expect(same).toBe(false);
    expect(equalWords).toBeCloseTo(5 / 6, 6);
    expect(firstDifference).toBe(4);
  });

  test('a box that one of them lacks overlaps with nothing', () => {
    const two = 'Both lungs: [0, 0, 0.4, 0.8] and [0.5, 0, 1, 0.8].';
    const one = 'Both lungs: [0, 0, 0.4, 0.8].';
    expect(compareAnswers(two, one).overlaps).toEqual([1, 0]);
    expect(compareAnswers(one, two).overlaps).toEqual([1, 0]);
  });

  test('that are empty are the same', () => {
    expect(compareAnswers('', ' ')).toMatchObject({ same: true, equalWords: 1, overlaps: [] });
  });
});

test('agreement is the mean over questions, and over boxes', () => {
  const same = compareAnswers('Yes. [0, 0, 1, 1]', 'Yes. [0, 0, 1, 1]');
  const other = compareAnswers('No.', 'Yes.');
  expect(agreementOf([same, other])).toEqual({
    questions: 2,
    same: 0.5,
    equalWords: 0.5,
    overlap: 1,
  });
  expect(agreementOf([other]).overlap).toBe(null);
});
