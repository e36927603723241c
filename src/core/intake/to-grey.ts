import sharp from 'sharp';
import type { Grey } from '../gate/grey.ts';
import type { Pixels } from '../pixels.ts';

/** The brightness of a picture, 8 bits, as the chest gate was trained on. */
export const toGrey = async ({ data, width, height, channels }: Pixels): Promise<Grey> => {
  if (channels === 1) return { data, width, height };
  const grey = sharp(data, { raw: { width, height, channels } })
    .toColourspace('b-w')
    .extractChannel(0);
  return { data: await grey.raw().toBuffer(), width, height };
};
