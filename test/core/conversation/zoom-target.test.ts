import { describe, expect, test } from 'vitest';
import { zoomTarget } from '../../../src/core/conversation/zoom-target.ts';
import type { NumberedBox, Side } from '../../../src/core/film.ts';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';

const lexicon = createLexicon(RADVLM_PROFILE);
const box = (number: number, label: string, side: Side | null): NumberedBox => ({
  number,
  label,
  side,
  box: [0, 0, 0.5, 0.5],
  pixels: [0, 0, 50, 100],
  sentence: '',
});
const BOXES = [
  box(1, 'small pleural effusion', 'right'),
  box(2, 'nodule in the left lower lung zone', 'left'),
  box(3, 'pleural effusion', 'left'),
  box(4, 'heart', null),
];

describe('what is to be looked at closer', () => {
  test.each([
    ['box 2', [2]],
    ['2', [2]],
    ['(2)', [2]],
    ['number two', [2]],
    ['the second box', [2]],
    ['boxes 1 and 3', [1, 3]],
    ['it', [1, 2, 3, 4]],
    ['', [1, 2, 3, 4]],
    ['the boxes', [1, 2, 3, 4]],
    ['the effusion', [1, 3]],
    ['the right effusion', [1]],
    ['left pleural effusion', [3]],
    ['the nodule', [2]],
    ['the heart', [4]],
  ])('%s is a box of the last answer', (on, numbers) => {
    const target = zoomTarget(on, BOXES, true, lexicon);
    expect(target).toMatchObject({ kind: 'boxes' });
    expect(target.kind === 'boxes' && target.boxes.map(({ number }) => number)).toEqual(numbers);
  });

  test.each([
    ['the left base', 'left base'],
    ['the lower lung zone', 'lower lung zone'],
    ['the right nodule', 'right nodule'],
    ['the trachea', 'trachea'],
    ['the other one', 'other one'],
  ])('%s has no box yet', (on, what) => {
    expect(zoomTarget(on, BOXES, true, lexicon)).toEqual({ kind: 'place', what });
  });

  test('"it" is for the conversation to tell when something else was said last', () => {
    expect(zoomTarget('it', BOXES, false, lexicon)).toEqual({ kind: 'place', what: 'it' });
  });

  test('a number that no box has is told apart', () => {
    expect(zoomTarget('box 7', BOXES, true, lexicon)).toEqual({ kind: 'no-box', number: 7 });
    expect(zoomTarget('boxes 1 and 9', BOXES, true, lexicon)).toEqual({
      kind: 'no-box',
      number: 9,
    });
  });
});
