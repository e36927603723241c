import { describe, expect, test } from 'vitest';
import { planTiles, type TilePlan } from '../../../src/model/radvlm/tile-plan.ts';
import { GOLDEN, imageOf, readJson, visionOf } from './golden.ts';

type Grid = {
  config: { tile: number; patch: number; side: number; pinpoints: [number, number][] };
  columns: string[];
  rows: (number | null)[][];
};

/** The numbers of a plan in the order of the golden columns. */
const rowOf = (plan: TilePlan): (number | null)[] => {
  const { padding } = plan;
  const down = plan.downsampled ?? { height: null, width: null };
  return [
    [plan.original, plan.canvas, plan.resized].flatMap((size) => [size.height, size.width]),
    [padding.top, padding.bottom, padding.left, padding.right],
    plan.tiles,
    [plan.unpadded, down].flatMap((size) => [size.height, size.width]),
    plan.tokens,
  ].flat();
};

describe('a plan is what the reference makes of a size', () => {
  test.each(['radvlm', 'demo', 'mid'])('for every size of grid/%s', async (name) => {
    const { config, rows } = await readJson<Grid>(`${GOLDEN}/grid/${name}.json`);
    const vision = visionOf(config.tile, config.patch);
    const image = imageOf(config.pinpoints);
    const planned = rows.map(([height, width]) => rowOf(planTiles(height!, width!, vision, image)));
    expect(rows.length).toBeGreaterThan(300);
    expect(planned).toEqual(rows);
  });
});

test('of two canvases that keep and waste the same, the first in the list is taken', () => {
  const flat = [8, 16] as const;
  const upright = [16, 8] as const;
  expect(planTiles(8, 8, visionOf(8, 4), imageOf([flat, upright])).canvas).toEqual({
    height: 8,
    width: 16,
  });
  expect(planTiles(8, 8, visionOf(8, 4), imageOf([upright, flat])).canvas).toEqual({
    height: 16,
    width: 8,
  });
});

test('a strip too thin for a row of patches keeps the base tile alone', () => {
  const plan = planTiles(10, 200, visionOf(192, 16), imageOf([[192, 192]]));
  expect(plan.unpadded.height).toBe(0);
  expect(plan.tokens).toBe(144);
});

test('a strip too narrow for a column of patches keeps the newlines', () => {
  const plan = planTiles(200, 10, visionOf(192, 16), imageOf([[192, 192]]));
  expect(plan.unpadded).toMatchObject({ height: 12, width: 0 });
  expect(plan.tokens).toBe(144 + 12);
});
