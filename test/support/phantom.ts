import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { ModelImage } from '../../src/model/model.ts';

/** A drawn chest film as a model gets it. */
export const readPhantom = async (name = '0001'): Promise<ModelImage> => {
  const png = await readFile(`test/fixtures/phantoms/${name}.png`);
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { sha256, width: info.width, height: info.height, png };
};
