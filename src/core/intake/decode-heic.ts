import { createRequire } from 'node:module';
import { WetreadError } from '../../errors.ts';
import { collapseGrey } from './collapse-grey.ts';
import type { DecodedApart } from './decoded.ts';

type Rgba = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

type Images = readonly { decode(): Promise<Rgba> }[];

const require = createRequire(import.meta.url);
const decoder = require('heic-decode') as {
  all(options: { readonly buffer: Buffer }): Promise<Images>;
};

/** As of every picture; telephones take up to 50 megapixels. */
const MOST_PIXELS = 60e6;
/** The boxes that say sizes come first, and are a few kB. */
const SIZES_WITHIN = 2 ** 20;

/**
 * The upright pixels of a HEIC photo: the decoder turns and mirrors it as its boxes say, and EXIF is not applied again.
 * It runs in a thread of its own. Fails with `picture-damaged`, `picture-animated` or
 * `picture-too-large`.
 */
export const decodeHeic = async (file: Buffer): Promise<DecodedApart> => {
  checkSizes(file);
  const { width, height, data } = await decodePixels(file);
  const pixels = { data: dropAlpha(data, width * height), width, height, channels: 3 as const };
  return { pixels: collapseGrey(pixels), remarks: [] };
};

const decodePixels = async (buffer: Buffer): Promise<Rgba> => {
  const images = await decoder.all({ buffer }).catch(() => []);
  // A burst, or an album: which of them is meant, the file does not say. Thumbnails and depth maps do not count.
  if (images.length > 1) throw new WetreadError('picture-animated');
  try {
    return await images[0]!.decode();
  } catch {
    throw new WetreadError('picture-damaged');
  }
};

/** Each item says its size in an ispe box (ISO/IEC 23008-12 6.5.3): of tiles, thumbnails, and the picture. */
const checkSizes = (file: Buffer): void => {
  const head = file.subarray(0, SIZES_WITHIN);
  let at = head.indexOf('ispe');
  if (at < 0) throw new WetreadError('picture-damaged');
  for (; at >= 0 && at + 16 <= head.length; at = head.indexOf('ispe', at + 1)) {
    if (head.readUInt32BE(at + 8) * head.readUInt32BE(at + 12) > MOST_PIXELS)
      throw new WetreadError('picture-too-large', { limit: MOST_PIXELS });
  }
};

/** What is transparent is black. */
const dropAlpha = (rgba: Uint8ClampedArray, pixels: number): Uint8Array => {
  const rgb = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) {
    const opacity = rgba[4 * i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * i + channel] = Math.round(rgba[4 * i + channel]! * opacity);
  }
  return rgb;
};
