import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { Box } from '../../../src/core/film.ts';
import { checkSide } from '../../../src/core/grounding/check-side.ts';
import { hasNoSide } from '../../../src/core/grounding/has-no-side.ts';
import { midlineOf, sideOf } from '../../../src/core/grounding/midline.ts';
import { sideInWords } from '../../../src/core/grounding/side-in-words.ts';

test.each([
  ['a small right pleural effusion', 'right'],
  ['left-sided pacemaker', 'left'],
  ['The effusion is left-sided', 'left'],
  ['There is left retrocardiac opacity', 'left'],
  ['Right-Sided effusion', 'right'],
  ['right lower lobe', 'right'],
  ['RLL pneumonia', 'right'],
  ['the lingula', 'left'],
  ['left hilum', 'left'],
  ['on the right at', 'right'],
  ['on the left over the ribs', 'left'],
  ['right heart border', 'right'],
  ['bilateral effusions', 'both'],
  ['both lungs', 'both'],
  ['bibasilar atelectasis', 'both'],
  ['right greater than left', 'both'],
  ['consolidation of the left lung and the right apex', 'both'],
  ['the heart is enlarged', null],
  ['', null],
  ['bright and upright', null],
  ['cleft', null],
  ['on the right of the image', null],
  ['in the left half of the picture', null],
  ['on the left-hand side of the film', null],
  ['at image right', null],
  ['left ventricular enlargement', null],
  ['right atrium', null],
  ['that is all right', null],
  ['right above the diaphragm', null],
  ['the tube was left in place', null],
  ['on the right of the image, in the left lung', 'left'],
])('%j speaks of the side: %s', (words, side) => {
  expect(sideInWords(words)).toBe(side);
});

test.each([
  ['heart', true],
  ['enlarged cardiac silhouette', true],
  ['mild cardiomegaly', true],
  ['left ventricle', true],
  ['trachea', true],
  ['carina', true],
  ['upper mediastinum', true],
  ['aortic arch', true],
  ['thoracic spine', true],
  ['endotracheal tube', true],
  ['tip of the endotracheal tube', true],
  ['left-sided central venous catheter', true],
  ['right internal jugular venous line', true],
  ['PICC line', true],
  ['nasogastric tube', true],
  ['sternotomy wires', true],
  ['nodule behind the heart', false],
  ['left lung opacity obscuring the heart', false],
  ['right heart border', false],
  ['retrocardiac opacity', false],
  ['right paratracheal stripe', false],
  ['left chest tube', false],
  ['left pacemaker', false],
  ['right pleural effusion', false],
  ['right hilar structures', false],
  ['pneumonia', false],
])('%j is of the midline: %s', (label, expected) => {
  expect(hasNoSide(label)).toBe(expected);
});

const RIGHT_LUNG: Box = [0.1, 0.1, 0.44, 0.9];
const LEFT_LUNG: Box = [0.52, 0.1, 0.9, 0.9];

test('the midline is midway between the lungs, wherever the film has them', () => {
  expect(midlineOf(RIGHT_LUNG, LEFT_LUNG)).toBeCloseTo(0.48);
  expect(midlineOf([0.05, 0, 0.3, 1], [0.36, 0, 0.7, 1])).toBeCloseTo(0.33);
});

test.each<[string, Box, Box]>([
  ['swapped', LEFT_LUNG, RIGHT_LUNG],
  ['the same box twice', RIGHT_LUNG, RIGHT_LUNG],
  ['one within the other', [0.1, 0.1, 0.9, 0.9], [0.5, 0.1, 0.9, 0.9]],
  ['a sliver', [0.4, 0.1, 0.44, 0.9], LEFT_LUNG],
  ['both at one edge', [0, 0, 0.1, 1], [0.12, 0, 0.3, 1]],
])('lungs that cannot be a pair give no midline: %s', (_, right, left) => {
  expect(midlineOf(right, left)).toBeNull();
});

test('the left of the picture is the right of the patient', () => {
  expect(sideOf([0.1, 0.5, 0.3, 0.6], 0.48)).toBe('right');
  expect(sideOf([0.6, 0.5, 0.7, 0.6], 0.48)).toBe('left');
  expect(sideOf([0.3, 0.5, 0.6, 0.6], 0.48)).toBeNull();
  // Rounding is not crossing; a sliver on the line has no side.
  expect(sideOf([0.1, 0.5, 0.49, 0.6], 0.48)).toBe('right');
  expect(sideOf([0.475, 0.5, 0.485, 0.6], 0.48)).toBeNull();
});

const onTheLeft: Box = [0.6, 0.7, 0.8, 0.9];

test.each<[string, Box, string, string[], boolean, 'right' | 'left' | null]>([
  ['the label', onTheLeft, 'right effusion', ['right effusion'], false, 'left'],
  ['the clause', onTheLeft, 'nodule', ['nodule', 'In the right lung, a nodule at'], false, 'left'],
  ['the question', onTheLeft, 'nodule', ['nodule', 'It is at', 'right nodule'], false, 'left'],
  ['the nearest', onTheLeft, 'left nodule', ['left nodule', 'unlike the right'], true, 'left'],
  ['agreement', onTheLeft, 'left effusion', ['left effusion'], true, 'left'],
  ['no side said', onTheLeft, 'effusion', ['effusion'], true, 'left'],
  ['both', onTheLeft, 'bilateral effusions', ['bilateral effusions'], true, 'left'],
  ['the midline', onTheLeft, 'endotracheal tube', ['right of it'], true, null],
  ['crossing', [0.3, 0.1, 0.6, 0.3], 'right mass', ['right mass'], true, null],
  ['barely crossing', [0.45, 0.1, 0.9, 0.3], 'right mass', ['right mass'], false, null],
])('the side in words is held against the box: %s', (_, box, label, words, agrees, side) => {
  expect(checkSide({ box, midline: 0.48, label, words })).toEqual({ side, agrees });
});

test('without a midline nothing is said of sides', () => {
  expect(
    checkSide({
      box: onTheLeft,
      midline: null,
      label: 'right effusion',
      words: ['right effusion'],
    }),
  ).toEqual({ side: null, agrees: true });
});

type Truth = {
  anatomy: Record<string, Box>;
  findings: { kind: string; side: string; boxes: Box[] }[];
};
const PHANTOMS = 'test/fixtures/phantoms';
const truths = await Promise.all(
  (await readdir(PHANTOMS))
    .filter((file) => file.endsWith('.json'))
    .map(async (file) => JSON.parse(await readFile(`${PHANTOMS}/${file}`, 'utf8')) as Truth),
);

test('no true box of a phantom is held to be on the other side', () => {
  let checked = 0;
  let sided = 0;
  for (const { anatomy, findings } of truths) {
    const right = anatomy['right lung'];
    const left = anatomy['left lung'];
    if (right === undefined || left === undefined) continue;
    const midline = midlineOf(right, left);
    expect(midline).not.toBeNull();
    const named = [
      ...Object.entries(anatomy).map(([label, box]) => ({ label, box })),
      ...findings.flatMap(({ kind, side, boxes }) =>
        side === 'right' || side === 'left'
          ? boxes.map((box) => ({ label: `${side} ${kind}`, box }))
          : [],
      ),
    ].filter(({ label }) => sideInWords(label) !== null && !hasNoSide(label));
    for (const { label, box } of named) {
      const { side, agrees } = checkSide({ box, midline, label, words: [label] });
      expect({ label, box, midline, agrees }).toEqual({ label, box, midline, agrees: true });
      checked += 1;
      if (side !== null) sided += 1;
    }
  }
  expect(checked).toBeGreaterThan(200);
  // Most boxes show their side; those that cross the midline (a clavicle's end, a low lung base) do not.
  expect(sided / checked).toBeGreaterThan(0.9);
});

test('the lungs of the real films give a midline near the middle', async () => {
  const films = JSON.parse(await readFile('assets/films/boxes.json', 'utf8')) as Record<
    string,
    Record<'right lung' | 'left lung', Box>
  >;
  for (const film of Object.values(films)) {
    const midline = midlineOf(film['right lung'], film['left lung']);
    expect(midline).toBeGreaterThan(0.35);
    expect(midline).toBeLessThan(0.65);
  }
});
