import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { planTiles } from '../../../src/model/radvlm/tile-plan.ts';
import { cutTiles } from '../../../src/model/radvlm/tiles.ts';
import { GOLDEN, imageOf, readCases, readImageSide, readPixels, visionOf } from './golden.ts';

const withPicture = (await readCases()).filter(({ image }) => image !== null);

describe('tiles equal pixel_values of the reference in every element', () => {
  test.each(withPicture)(
    '$model $name',
    async ({ model, image, checkpoints, pixel_values_sha256 }) => {
      const { vision, image: imageConfig } = await readImageSide(checkpoints[0]!);
      const pixels = await readPixels(`${GOLDEN}/cases/${model}/${image}`);
      const plan = planTiles(pixels.height, pixels.width, vision, imageConfig);
      const tiles = cutTiles(pixels, plan, vision, imageConfig);
      const bytes = Buffer.from(tiles.buffer);
      expect(tiles.length).toBe(plan.tiles * 3 * vision.tile ** 2);
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(pixel_values_sha256);
    },
  );
});

test('each channel has its own mean and deviation, in a grey picture too', () => {
  const vision = visionOf(4, 2);
  const image = { ...imageOf([[4, 4]]), mean: [0, 0.25, 0.5], std: [1, 0.5, 0.25] } as const;
  const grey = { width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(255) } as const;
  const tiles = cutTiles(grey, planTiles(4, 4, vision, image), vision, image);
  expect([tiles[0], tiles[16], tiles[32]]).toEqual([1, 1.5, 2]);
});

test('what lies outside of the picture is black, the odd pixel at the bottom', () => {
  const vision = visionOf(4, 2);
  const image = imageOf([[4, 4]]);
  const plan = planTiles(1, 4, vision, image);
  const white = { width: 4, height: 1, channels: 1, data: new Uint8Array(4).fill(255) } as const;
  const canvas = cutTiles(white, plan, vision, image).subarray(48, 64);
  expect(plan.padding).toMatchObject({ top: 1, bottom: 2 });
  expect([...canvas]).toEqual([-1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, -1]);
});
