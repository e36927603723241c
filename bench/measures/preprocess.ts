import sharp from 'sharp';
import { RADVLM_IMAGE, RADVLM_VISION } from '../radvlm-shape.ts';
import { planTiles } from '../../src/model/radvlm/tile-plan.ts';
import { cutTiles } from '../../src/model/radvlm/tiles.ts';
import { makeLargeFilm } from '../large-film.ts';
import { timeInTurns, type Measurement } from '../measurement.ts';

const ROUNDS = 5;

/**
 * From decoded pixels to the tower's tensor on RadVLM's grid (31 tiles of 384 for this film), beside sharp's own cubic
 * resize of the same pixels to the same two sizes: what a preprocessing that need not equal Pillow's would cost at least.
 */
export const measurePreprocessing = async (): Promise<Measurement[]> => {
  const film = await makeLargeFilm(1);
  const { data, info } = await sharp(film).greyscale().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const pixels = { data: new Uint8Array(data), width, height, channels: 1 as const };
  const plan = planTiles(height, width, RADVLM_VISION, RADVLM_IMAGE);
  const resizeWithSharp = (toWidth: number, toHeight: number) =>
    sharp(data, { raw: { width, height, channels: 1 } })
      .resize({ width: toWidth, height: toHeight, fit: 'fill', kernel: 'cubic' })
      .raw()
      .toBuffer();
  const { tile } = RADVLM_VISION;
  const [ours, theirs] = await timeInTurns(ROUNDS, [
    () => cutTiles(pixels, plan, RADVLM_VISION, RADVLM_IMAGE),
    async () => {
      await resizeWithSharp(tile, tile);
      await resizeWithSharp(plan.resized.width, plan.resized.height);
    },
  ]);
  return [
    {
      name: 'preprocessing, 2,048 x 2,500 film, RadVLM grid',
      value: ours ?? Number.NaN,
      unit: 'ms',
      against: "sharp's own resizes",
      ratio: (ours ?? Number.NaN) / (theirs ?? Number.NaN),
    },
  ];
};
