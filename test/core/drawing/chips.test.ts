import { expect, test } from 'vitest';
import type { NumberedBox } from '../../../src/core/film.ts';
import { measureWith } from '../../../src/core/drawing/create-annotator.ts';
import { layOut as layOutWith, type Layout } from '../../../src/core/drawing/layout.ts';
import { holds, overlapOf } from '../../../src/core/drawing/rectangle.ts';
import { numberBox } from '../../../src/core/grounding/number-box.ts';

type Size = { width: number; height: number };

const measure = measureWith('assets/fonts/inter-semibold.ttf');

const layOut = (film: Size, boxes: readonly NumberedBox[]): Layout =>
  layOutWith(film, boxes, { model: 'radvlm', demo: false }, measure);

/** A small generator with a seed, so that a failure can be had again. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const LABELS = [
  'nodule',
  'right pleural effusion',
  'consolidation in the left lower lung zone',
  'x',
  '',
];

const randomBoxes = (film: Size, count: number, next: () => number): NumberedBox[] =>
  Array.from({ length: count }, (_, at) => {
    const spread = next() < 0.3 ? 0.04 : 0.5;
    const x = next() * 0.98;
    const y = next() * 0.98;
    const box = [
      x,
      y,
      Math.min(1, x + 0.004 + next() * spread),
      Math.min(1, y + 0.004 + next() * spread),
    ] as const;
    const label = LABELS[at % LABELS.length] ?? '';
    return numberBox({ number: at + 1, label, box, sentence: '' }, film, 0.5);
  });

const FILMS: Size[] = [
  { width: 300, height: 240 },
  { width: 640, height: 742 },
  { width: 2500, height: 2048 },
  { width: 4000, height: 4000 },
  { width: 200, height: 900 },
];

test.each(FILMS)('chips on $width x $height never cover each other or leave the film', (film) => {
  const next = random(film.width);
  const whole = { left: 0, top: 0, right: film.width, bottom: film.height };
  for (const count of [1, 2, 3, 5, 8, 12, 16, 17, 30, 40]) {
    const boxes = randomBoxes(film, count, next);
    const { chips, frames } = layOut(film, boxes);
    expect(chips.map(({ number }) => number)).toEqual(boxes.map(({ number }) => number));
    for (const { area } of chips) expect(holds(whole, area)).toBe(true);
    for (const { outer } of frames) expect(holds(whole, outer)).toBe(true);
    const covering = chips.filter((chip) =>
      chips.some((other) => other !== chip && overlapOf(chip.area, other.area) > 0),
    );
    expect(covering).toEqual([]);
  }
});

const film = { width: 640, height: 640 };
const boxAt = (
  number: number,
  box: NumberedBox['box'],
  label = 'nodule',
  on: Size = film,
): NumberedBox => numberBox({ number, label, box, sentence: '' }, on, 0.5);

test('the line runs outside the box, so that a small finding stays to be seen', () => {
  const box = boxAt(1, [0.4, 0.4, 0.45, 0.43]);
  const [frame] = layOut(film, [box]).frames;
  const [left, top, right, bottom] = box.pixels;
  expect(frame?.inner).toEqual({ left, top, right, bottom });
});

test('a dot gets a frame with an inside', () => {
  const { frames, sizes } = layOut(film, [boxAt(1, [0.5, 0.5, 0.501, 0.501])]);
  const inner = frames[0]?.inner;
  expect((inner?.right ?? 0) - (inner?.left ?? 0)).toBeGreaterThanOrEqual(2 * sizes.ring);
});

test('two boxes in one place are two frames, one around the other', () => {
  const [first, second] = layOut(film, [
    boxAt(1, [0.4, 0.4, 0.5, 0.5]),
    boxAt(2, [0.4, 0.4, 0.5, 0.5]),
  ]).frames;
  expect(second?.inner).toEqual(first?.outer);
});

test('a chip covers neither its own small box nor another', () => {
  const boxes = [boxAt(1, [0.4, 0.4, 0.43, 0.43]), boxAt(2, [0.4, 0.36, 0.43, 0.39])];
  const { chips, frames } = layOut(film, boxes);
  for (const { area } of chips) {
    for (const { inner } of frames) expect(overlapOf(area, inner)).toBe(0);
  }
});

test('a chip leaves the inside of a box that its own box lies in', () => {
  const boxes = [boxAt(1, [0.4, 0.4, 0.43, 0.43], ''), boxAt(2, [0.36, 0.33, 0.47, 0.432], '')];
  const { chips, frames } = layOut(film, boxes);
  const [chip] = chips;
  const around = frames[1];
  expect(chip && around && overlapOf(chip.area, around.inner)).toBe(0);
});

test('a chip does not lie in a box of the other side for want of room beside its own', () => {
  const wide = { width: 640, height: 524 };
  const boxes = [
    boxAt(1, [0, 0, 0.4, 0.71], 'moderate pulmonary edema', wide),
    boxAt(2, [0.5, 0, 0.88, 0.77], 'moderate pulmonary edema', wide),
    boxAt(3, [0.5, 0, 0.88, 0.655], 'moderate left pneumothorax', wide),
  ];
  const { chips, frames } = layOut(wide, boxes);
  const [other] = frames;
  const chip = chips[2];
  expect(chip && other && overlapOf(chip.area, other.outer)).toBe(0);
  expect(chip?.leader).toBeNull();
});

test('a lone label is whole, and many boxes have numbers alone', () => {
  const label = 'consolidation in the left lower lung zone';
  expect(layOut(film, [boxAt(1, [0.6, 0.6, 0.8, 0.8], label)]).chips[0]?.label).toBe(label);
  const many = randomBoxes(film, 30, random(1));
  expect(layOut(film, many).chips.every((chip) => chip.label === '')).toBe(true);
});

test('where nothing beside a box is free its chip stands apart, with a line to it', () => {
  const boxes = Array.from({ length: 12 }, (_, at) =>
    boxAt(at + 1, [0.45 + at * 0.004, 0.45, 0.5 + at * 0.004, 0.5], 'right pleural effusion'),
  );
  const { chips, frames } = layOut(film, boxes);
  const apart = chips.filter(({ leader }) => leader !== null);
  expect(apart.length).toBeGreaterThan(0);
  for (const { number, area, leader } of chips) {
    const outer = frames.find((frame) => frame.number === number)?.outer ?? area;
    const touches =
      area.left <= outer.right &&
      area.right >= outer.left &&
      area.top <= outer.bottom &&
      area.bottom >= outer.top;
    expect(touches || leader !== null).toBe(true);
  }
});
