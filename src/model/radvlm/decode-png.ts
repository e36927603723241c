import sharp from 'sharp';
import { WetreadError } from '../../errors.ts';
import type { ModelImage } from '../model.ts';
import type { Pixels } from './resize.ts';

/** The image's pixels, 8-bit grey or RGB, rows top to bottom. Fails with `picture-damaged` when the PNG is not what the image says. */
export const decodePng = async ({ png, width, height }: ModelImage): Promise<Pixels> => {
  const { data, info } = await decode(png);
  const channels = info.channels;
  if (info.width !== width || info.height !== height || (channels !== 1 && channels !== 3)) {
    throw new WetreadError('picture-damaged');
  }
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width,
    height,
    channels,
  };
};

const decode = async (
  png: Uint8Array,
): Promise<{ data: Buffer; info: { width: number; height: number; channels: number } }> => {
  try {
    const image = sharp(png, { failOn: 'warning' });
    const { channels } = await image.metadata();
    // Left alone, a grey picture comes back with three channels.
    const raw = channels === 1 ? image.toColourspace('b-w') : image;
    return await raw.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new WetreadError('picture-damaged', {}, { cause: error });
  }
};
