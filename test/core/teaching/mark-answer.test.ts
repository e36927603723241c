import { describe, expect, test } from 'vitest';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { geometryOf, UNMEASURED } from '../../../src/core/teaching/case-geometry.ts';
import { markAnswer } from '../../../src/core/teaching/mark-answer.ts';
import { readKey } from '../../../src/core/teaching/key-text.ts';
import { sayMark } from '../../../src/core/teaching/say-mark.ts';
import type { CaseAnswer } from '../../../src/core/teaching-case.ts';

const lexicon = createLexicon(DEMO_PROFILE);
/** Midline at 0.5, lungs from 0.1 to 0.7 of the height: thirds end at 0.3 and 0.5. */
const geometry = geometryOf([0.1, 0.1, 0.45, 0.7], [0.55, 0.1, 0.9, 0.7]);
const EFFUSION = 'right pleural effusion: 0.1 0.5 0.4 0.7';
const TWO = `${EFFUSION}\nleft nodule: 0.6 0.15 0.65 0.2`;

const marked = (key: string, answer: CaseAnswer, against: 'key' | 'model' = 'key'): string =>
  sayMark(markAnswer(answer, { key: readKey(key), geometry, lexicon }), against);
const cells = (...chosen: number[]): CaseAnswer => ({ kind: 'cells', cells: chosen });
const region = (
  side: 'right' | 'left' | 'both',
  zone: 'upper' | 'middle' | 'lower',
): CaseAnswer => ({ kind: 'region', side, zone });
const words = (text: string): CaseAnswer => ({ kind: 'words', text });

describe('cells', () => {
  test.each([
    // The box is 0.30 wide and 0.20 high, 0.06 in all; row C begins at 0.50 and ends at 0.75.
    // C1 ends at 0.25, so it has 0.15 x 0.20 = 0.03 of it: a half. C2 has the other half.
    [EFFUSION, [8], "covers 50 % of the key's boxes, no cell misses"],
    [EFFUSION, [8, 9], "covers 100 % of the key's boxes, no cell misses"],
    [EFFUSION, [8, 9, 12, 15], "covers 100 % of the key's boxes, 2 of 4 cells miss"],
    [EFFUSION, [0], "covers 0 % of the key's boxes, 1 of 1 cell misses"],
    [EFFUSION, [8, 8, 8], "covers 50 % of the key's boxes, no cell misses"],
    // A3 has all of the nodule, which counts as much as the effusion that is missed.
    [TWO, [2], "covers 50 % of the key's boxes, no cell misses"],
    [TWO, [2, 8], "covers 75 % of the key's boxes, no cell misses"],
    ['normal', [1, 2], 'the key has no boxes, so 2 of 2 cells miss'],
    ['cardiomegaly', [1], 'the key has no boxes, so 1 of 1 cell misses'],
  ])('%s: %j %s', (key, chosen, said) => {
    expect(marked(key, cells(...chosen))).toBe(said);
  });
});

describe('a side and a zone', () => {
  test.each([
    [EFFUSION, region('right', 'lower'), 'side and zone correct'],
    [EFFUSION, region('left', 'lower'), 'side wrong, zone correct'],
    [EFFUSION, region('right', 'upper'), 'side correct, zone wrong'],
    [EFFUSION, region('both', 'lower'), 'side wrong, zone correct'],
    [TWO, region('right', 'upper'), 'side and zone each correct, but of different findings'],
    [TWO, region('left', 'upper'), 'side and zone correct'],
    // words count before boxes
    ['bilateral pleural effusion: C1', region('both', 'lower'), 'side and zone correct'],
    ['consolidation at the left base', region('left', 'lower'), 'side and zone correct'],
    // a heart has no side to be wrong about
    ['cardiomegaly: 0.4 0.5 0.7 0.7', region('left', 'lower'), 'side and zone correct'],
    ['normal', region('left', 'lower'), 'side wrong, zone wrong'],
  ])('%s: %j %s', (key, answer, said) => {
    expect(marked(key, answer)).toBe(said);
  });

  test('go by the picture’s middle and thirds where the lungs are not known', () => {
    expect(geometryOf(undefined, [0.5, 0.1, 0.9, 0.7])).toEqual(UNMEASURED);
    // two boxes that cannot be a pair of lungs
    expect(geometryOf([0.6, 0.1, 0.9, 0.7], [0.1, 0.1, 0.4, 0.7])).toEqual(UNMEASURED);
    const key = readKey('nodule: 0.2 0.7 0.3 0.8');
    expect(
      markAnswer(region('right', 'lower'), { key, geometry: UNMEASURED, lexicon }),
    ).toMatchObject({ side: true, zone: true, both: true });
  });
});

describe('words', () => {
  test.each([
    [TWO, 'Right effusion and a nodule on the left.', 'found: right pleural effusion, left nodule'],
    [TWO, 'effusion', 'found: right pleural effusion; missed: left nodule'],
    [EFFUSION, 'There is a left pleural effusion.', 'on the other side: right pleural effusion'],
    [
      EFFUSION,
      'No effusion. Possible pneumothorax',
      'missed: right pleural effusion; not in the key: pneumothorax',
    ],
    [EFFUSION, 'Normal.', 'the film is not normal'],
    [EFFUSION, 'nothing abnormal', 'the film is not normal'],
    ['normal', 'The lungs are clear. No effusion.', 'correct, the film is normal'],
    ['normal', 'looks fine', 'correct, the film is normal'],
    ['normal', 'mass', 'the film is normal; not in the key: mass'],
    [EFFUSION, 'hmm', 'names nothing that can be compared; judge it yourselves'],
    // a finding that the table does not know counts by its own words
    ['situs inversus', 'I think of Situs-inversus', 'found: situs inversus'],
    ['situs inversus\nnodule', 'nodule, situs inversus', 'found: situs inversus, nodule'],
  ])('%s: "%s" %s', (key, text, said) => {
    expect(marked(key, words(text))).toBe(said);
  });
});

describe('nothing abnormal', () => {
  test('is right of a normal film alone', () => {
    expect(marked('normal', { kind: 'normal' })).toBe('correct, the film is normal');
    expect(marked(EFFUSION, { kind: 'normal' })).toBe('the film is not normal');
  });
});

test('agreement with the model is never worded as right or wrong', () => {
  const answers = [
    cells(8, 15),
    region('left', 'upper'),
    region('right', 'lower'),
    words('left effusion, mass'),
    words('normal'),
    { kind: 'normal' } as const,
  ];
  for (const answer of answers)
    for (const key of [TWO, 'normal'])
      expect(marked(key, answer, 'model')).not.toMatch(/correct|wrong|key|missed|found/);
});
