import { describe, expect, test } from 'vitest';
import { packFeatures } from '../../../src/model/radvlm/pack.ts';
import { planTiles, type TilePlan } from '../../../src/model/radvlm/tile-plan.ts';
import { imageOf, visionOf } from './golden.ts';

// Two patches a side, so four features a tile; two numbers a feature: the row and the column it has on the canvas.
const vision = visionOf(8, 4);
const NEWLINE = new Float32Array([-1, -1]);
const BASE = [100, 101, 102, 103, 104, 105, 106, 107];

const featuresOf = ({ tiles, grid, side }: TilePlan): Float32Array => {
  const features = new Float32Array(tiles * side * side * 2);
  features.set(BASE);
  for (let y = 0; y < grid.rows * side; y++) {
    for (let x = 0; x < grid.columns * side; x++) {
      const tile = 1 + Math.floor(y / side) * grid.columns + Math.floor(x / side);
      features.set([y, x], (tile * side * side + (y % side) * side + (x % side)) * 2);
    }
  }
  return features;
};

const packed = (plan: TilePlan): number[][] => {
  const flat = packFeatures(featuresOf(plan), plan, NEWLINE, 2);
  expect(flat.length).toBe(plan.tokens * 2);
  return Array.from({ length: plan.tokens }, (_, i) => [flat[i * 2]!, flat[i * 2 + 1]!]).slice(4);
};

describe('packing', () => {
  test('the base tile comes first, as it is', () => {
    const plan = planTiles(8, 8, vision, imageOf([[8, 8]]));
    expect([...packFeatures(featuresOf(plan), plan, NEWLINE, 2).subarray(0, 8)]).toEqual(BASE);
  });

  test('the tiles become one map again, every row ended by the newline', () => {
    const plan = planTiles(16, 16, vision, imageOf([[16, 16]]));
    const row = (y: number) => [
      [y, 0],
      [y, 1],
      [y, 2],
      [y, 3],
      [-1, -1],
    ];
    expect(packed(plan)).toEqual([0, 1, 2, 3].flatMap(row));
  });

  test('rows of the padding are left out', () => {
    const plan = planTiles(8, 16, vision, imageOf([[16, 16]]));
    const row = (y: number) => [
      [y, 0],
      [y, 1],
      [y, 2],
      [y, 3],
      [-1, -1],
    ];
    expect(packed(plan)).toEqual([1, 2].flatMap(row));
  });

  test('columns of the padding are left out', () => {
    const plan = planTiles(16, 8, vision, imageOf([[16, 16]]));
    const row = (y: number) => [
      [y, 1],
      [y, 2],
      [-1, -1],
    ];
    expect(packed(plan)).toEqual([0, 1, 2, 3].flatMap(row));
  });

  test('a map that is too large is shrunk between its features', () => {
    const plan = planTiles(16, 16, vision, { ...imageOf([[16, 16]]), maxTiles: 1 });
    expect(plan.downsampled).toEqual({ height: 2, width: 2 });
    expect(packed(plan)).toEqual([
      [0.5, 0.5],
      [0.5, 2.5],
      [-1, -1],
      [2.5, 0.5],
      [2.5, 2.5],
      [-1, -1],
    ]);
  });

  test('an empty map leaves the base tile, or newlines alone', () => {
    expect(packed(planTiles(1, 100, vision, imageOf([[8, 8]])))).toEqual([]);
    expect(packed(planTiles(100, 1, vision, imageOf([[8, 8]])))).toEqual([
      [-1, -1],
      [-1, -1],
    ]);
  });
});
