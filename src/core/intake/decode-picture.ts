import sharp, { type Metadata, type Sharp } from 'sharp';
import { WetreadError } from '../../errors.ts';
import type { Pixels } from '../pixels.ts';
import { collapseGrey } from './collapse-grey.ts';
import { readPngSize, type PictureFormat } from './sniff-picture.ts';

/** A film's file: the largest PNG of a 60-megapixel grey film in 16 bits is about 100 MB; usual ones are 1 to 10 MB. */
export const MOST_FILE_BYTES = 100 * 2 ** 20;
/** The largest detectors give 15 megapixels; photographs from telephones have up to 50. In RGB this is 180 MB. */
const MOST_PIXELS = 60e6;
/** Sixty megapixels take three seconds on one slow core. */
const DECODE_SECONDS = 30;

// Only what reads these five formats from memory may run. libvips is one in a process, so this holds for all of it: SVG
// is never rendered, no file is ever opened by name.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Heif'].map(
    (format) => `VipsForeignLoad${format}Buffer`,
  ),
});

/**
 * The upright 8-bit pixels of a picture file: EXIF orientation applied, transparency on black, 16 bits stretched to 8, one
 * channel if all are equal. Colour profiles are not applied, as the model's reference reads films. Fails with a
 * `picture-…` code.
 */
export const decodePicture = async (
  bytes: Uint8Array,
  format: PictureFormat,
): Promise<{ readonly pixels: Pixels; readonly metadata: Metadata }> => {
  if (format === 'png') checkSize(readPngSize(bytes));
  const metadata = await readMetadata(bytes);
  checkMetadata(metadata);
  const picture = open(bytes)
    .autoOrient()
    .flatten({ background: '#000' })
    .timeout({ seconds: DECODE_SECONDS });
  return { pixels: collapseGrey(await readPixels(picture, metadata)), metadata };
};

/** `limitInputPixels` counts as damage where it strikes, so sizes are judged before. */
const open = (bytes: Uint8Array, limitInputPixels: number | false = MOST_PIXELS): Sharp =>
  // failOn: a film cut short must not be read as if it were whole.
  sharp(bytes, {
    failOn: 'warning',
    limitInputPixels,
    pages: 1,
    sequentialRead: true,
    ignoreIcc: true,
  });

const readMetadata = async (bytes: Uint8Array): Promise<Metadata> => {
  try {
    // Reads the header alone, so any size may be looked at.
    return await open(bytes, false).metadata();
  } catch (cause) {
    throw new WetreadError('picture-damaged', {}, { cause });
  }
};

const checkMetadata = (metadata: Metadata): void => {
  // What calls itself AVIF may hold HEVC, for which there is no decoder here.
  if (metadata.compression === 'hevc')
    throw new WetreadError('picture-format', { format: 'Mislabelled HEIC' });
  if ((metadata.pages ?? 1) > 1) throw new WetreadError('picture-animated');
  if (metadata.space === 'cmyk') throw new WetreadError('picture-cmyk');
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort')
    throw new WetreadError('picture-format', { format: 'Floating point and 32-bit' });
  checkSize(metadata);
};

const checkSize = ({ width, height }: { width: number; height: number }): void => {
  if (width * height > MOST_PIXELS)
    throw new WetreadError('picture-too-large', { limit: MOST_PIXELS });
};

const readPixels = async (picture: Sharp, { space, depth }: Metadata): Promise<Pixels> => {
  const isGrey = space === 'b-w' || space === 'grey16';
  const isDeep = depth === 'ushort';
  try {
    // Naming the space keeps grey one channel, and 16 bits whole.
    const { data, info } = await picture
      .toColourspace(isGrey ? (isDeep ? 'grey16' : 'b-w') : isDeep ? 'rgb16' : 'srgb')
      .raw({ depth: isDeep ? 'ushort' : 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    return { data: isDeep ? stretch(data) : data, width, height, channels: isGrey ? 1 : 3 };
  } catch (cause) {
    throw new WetreadError('picture-damaged', {}, { cause });
  }
};

/**
 * 16 bits to 8, from the darkest value to the brightest: films of 10 or 12 bits are often stored in 16 as they are, and
 * would come out almost black if the upper byte were taken.
 */
const stretch = (bytes: Buffer): Uint8Array => {
  const deep = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  let least = 0xffff;
  let most = 0;
  for (const value of deep) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const out = new Uint8Array(deep.length);
  if (least === most) return out.fill(most >> 8);
  const scale = 255 / (most - least);
  for (let i = 0; i < deep.length; i++) out[i] = Math.round((deep[i]! - least) * scale);
  return out;
};
