import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { TeachingSheet } from '../../../src/core/drawing/annotator.ts';
import { createAnnotator, measureWith } from '../../../src/core/drawing/create-annotator.ts';
import { layOutSheet } from '../../../src/core/drawing/layout.ts';
import { overlapOf } from '../../../src/core/drawing/rectangle.ts';
import { numberBox } from '../../../src/core/grounding/number-box.ts';
import { cellBox } from '../../../src/core/teaching/cells.ts';
import { letterOf } from '../../../src/core/teaching/reveal-text.ts';

const FONT = 'assets/fonts/inter-semibold.ttf';
const annotator = createAnnotator({ font: FONT });
const measure = measureWith(FONT);
const strip = { model: 'wetread-demo', demo: true };

const png = await readFile('assets/films/hannover-3b46de94-pa.png');
const { width, height } = await sharp(png).metadata();
const film = { png, width, height };

const key = (number: number, label: string, box: readonly [number, number, number, number]) =>
  numberBox({ number, label, box, sentence: '' }, film, 0.5);

const OPEN: TeachingSheet = { key: undefined, boxes: [], marks: [], legend: [] };
const REVEALED: TeachingSheet = {
  key: 'person',
  boxes: [
    key(1, 'pleural effusion', [0.22, 0.6, 0.46, 0.86]),
    key(2, 'nodule', [0.02, 0.48, 0.1, 0.52]),
  ],
  marks: [
    { text: 'A B', at: cellBox(9) },
    { text: '12 answers', at: cellBox(8) },
    { text: 'zone: C', at: [0.1, 0.6, 0.5, 0.8] },
  ],
  legend: ['A', 'B Maria', 'C'],
};

const rgbOf = (bytes: Uint8Array): Promise<Buffer> =>
  sharp(bytes).toColourspace('srgb').removeAlpha().raw().toBuffer();

test.each([
  ['open', OPEN],
  ['revealed', REVEALED],
])('the film between the lines, names and marks is as it was: %s', async (_, sheet) => {
  const drawn = await annotator.teachingSheet(film, sheet, strip);
  const [before, after] = await Promise.all([rgbOf(png), rgbOf(drawn.png)]);
  const { touched } = layOutSheet(film, sheet, strip, measure);
  let changed = 0;
  let outside = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = 3 * (y * width + x);
      if (before.subarray(at, at + 3).equals(after.subarray(at, at + 3))) continue;
      changed += 1;
      const isTouched = touched.some(
        ({ left, top, right, bottom }) => x >= left && x < right && y >= top && y < bottom,
      );
      if (!isTouched) outside += 1;
    }
  }
  expect(outside).toBe(0);
  expect(changed).toBeGreaterThan(1_000);
  expect(drawn).toMatchObject({ width });
});

test('no chip hides a name or a mark, and none of those leaves the film', () => {
  const { chips, grid } = layOutSheet(film, REVEALED, strip, measure);
  expect(chips).toHaveLength(2);
  for (const { area } of grid!.labels) {
    expect(chips.some((chip) => overlapOf(chip.area, area) > 0)).toBe(false);
    expect(area.left >= 0 && area.top >= 0 && area.right <= width && area.bottom <= height).toBe(
      true,
    );
  }
});

test('an open case’s film says nothing of a reading, the revealed one whose key it is', async () => {
  const linesOf = (sheet: TeachingSheet): string =>
    layOutSheet(film, sheet, strip, measure)
      .strip.lines.map(({ text }) => text)
      .join(' ');
  expect(linesOf(OPEN)).toMatch(/^A teaching case, not read yet\. Not for clinical use\. A1 is/);
  expect(linesOf(REVEALED)).toMatch(
    /^The key of a teaching case, confirmed by a person\..*Answers: A; B Maria; C/,
  );
  expect(linesOf({ ...REVEALED, key: 'model' })).toMatch(
    /^Preliminary reading by wetread-demo\. Not for clinical use\. Nobody has confirmed it\. A demonstration model/,
  );
  const { altText } = await annotator.teachingSheet(film, REVEALED, strip);
  expect(altText).toBe(
    'Chest film of a teaching case under a grid of 4 by 4 cells with 2 boxes drawn on it (1 right pleural effusion, 2 right nodule) and 3 answers, the key that a person confirmed, not for clinical use.',
  );
});

test('learners are never called L or R, which a film says of its sides', () => {
  const letters = Array.from({ length: 100 }, (_, at) => letterOf(at));
  expect(new Set(letters).size).toBe(100);
  expect(letters.filter((letter) => /[LR]/.test(letter))).toEqual([]);
});
