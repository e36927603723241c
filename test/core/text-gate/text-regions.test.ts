import { expect, test } from 'vitest';
import { findRegions } from '../../../src/core/text-gate/text-regions.ts';

/** A map of 200 x 100 with likelihood 0.9 where `inside` says so. */
const mapWith = (inside: (x: number, y: number) => boolean) => {
  const width = 200;
  const height = 100;
  const map = Float32Array.from({ length: width * height }, (_, at) =>
    inside(at % width, Math.floor(at / width)) ? 0.9 : 0,
  );
  return { map, width, height };
};
const within = (x: number, from: number, to: number): boolean => x >= from && x < to;

test('a line of text is a rectangle around what was marked, somewhat larger', () => {
  const map = mapWith((x, y) => within(x, 50, 110) && within(y, 40, 48));
  const [region, ...others] = findRegions(map, 1, 1);
  expect(others).toEqual([]);
  expect(region).toMatchObject({ x: 80, y: 44, angle: 0 });
  expect(region?.length).toBeGreaterThan(62);
  expect(region?.thickness).toBeGreaterThan(10);
});

test('a line that runs down the picture lies at a right angle', () => {
  const [region] = findRegions(
    mapWith((x, y) => within(x, 50, 57) && within(y, 20, 80)),
    1,
    1,
  );
  expect(region?.angle).toBeCloseTo(Math.PI / 2);
  expect(region?.length).toBeGreaterThan(region?.thickness ?? Infinity);
});

test('a slanted line, as on a photograph of a screen, keeps its slant', () => {
  const slant = Math.tan((10 * Math.PI) / 180);
  const map = mapWith((x, y) => within(x, 40, 160) && Math.abs(y - 50 - (x - 100) * slant) < 4);
  const [region] = findRegions(map, 1, 1);
  expect(((region?.angle ?? 0) * 180) / Math.PI).toBeCloseTo(10, 0);
  expect(region?.thickness).toBeLessThan(24);
});

test('places are given in pixels of the picture, not of the map', () => {
  const map = mapWith((x, y) => within(x, 50, 110) && within(y, 40, 48));
  const [region] = findRegions(map, 0.5, 0.5);
  expect(region).toMatchObject({ x: 40, y: 22 });
});

test('specks, and blots as large as a lung, are no text', () => {
  expect(
    findRegions(
      mapWith((x, y) => x < 3 && y < 3),
      1,
      1,
    ),
  ).toEqual([]);
  expect(
    findRegions(
      mapWith((x, y) => within(x, 50, 120) && within(y, 20, 80)),
      1,
      1,
    ),
  ).toEqual([]);
});
