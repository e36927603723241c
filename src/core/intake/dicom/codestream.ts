import { WetreadError } from '../../../errors.ts';
import type { PixelLayout } from './header.ts';
import type { Packing } from './transfer-syntax.ts';

/** What a compressed stream says of the picture in it. */
export type Codestream = {
  readonly width: number;
  readonly height: number;
  readonly samples: number;
  readonly precision: number;
  readonly signed: boolean;
  /** JPEG 2000 only; else 1. */
  readonly tiles: number;
};

/** Encoders cut a film into a hundred tiles at most; a forged stream has one a pixel. */
const MOST_TILES = 4096;
/** Where the code stream begins if boxes are put around it, against the standard. Bytes. */
const BOXES_WITHIN = 4096;

/**
 * Holds a stream to what the file says of it before a decoder sees it, and to having its end: decoders fill up what is
 * missing without a word. JPEG XL has neither at a fixed place; null for it. Fails with `picture-damaged`.
 */
export const checkCodestream = (
  packed: Buffer,
  packing: Packing,
  { width, height, samples }: PixelLayout,
): Codestream | null => {
  if (packing === 'jpeg-xl') return null;
  const isJpeg = packing === 'jpeg' || packing === 'jpeg-ls';
  const found = isJpeg ? readFrameHeader(packed) : readSizeMarker(packed);
  if (
    found === null ||
    found.width !== width ||
    found.height !== height ||
    found.samples !== samples ||
    found.tiles > MOST_TILES ||
    !endsWithMarker(packed)
  )
    throw new WetreadError('picture-damaged');
  return found;
};

/** The end of image or code stream, FF D9; a fragment may be filled up after it, with either of these. */
const endsWithMarker = (packed: Buffer): boolean => {
  let end = packed.length;
  while (end > 0 && (packed[end - 1] === 0 || packed[end - 1] === 0xff)) end--;
  return packed[end - 1] === 0xd9 && packed[end - 2] === 0xff;
};

/** JPEG and JPEG-LS: the first start of frame (SOF0 to SOF15, SOF55). */
const readFrameHeader = (packed: Buffer): Codestream | null => {
  if (packed[0] !== 0xff || packed[1] !== 0xd8) return null;
  let at = 2;
  while (at + 10 <= packed.length && packed[at] === 0xff) {
    const marker = packed[at + 1]!;
    if (marker === 0xff) at += 1;
    else if (isFrame(marker))
      return {
        precision: packed[at + 4]!,
        height: packed.readUInt16BE(at + 5),
        width: packed.readUInt16BE(at + 7),
        samples: packed[at + 9]!,
        signed: false,
        tiles: 1,
      };
    // The scan, whose frame should have come before it.
    else if (marker === 0xda) return null;
    else at += 2 + packed.readUInt16BE(at + 2);
  }
  return null;
};

/** Of C0 to CF, three are tables. */
const isFrame = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) || marker === 0xf7;

/** JPEG 2000, high throughput or not: start of code stream, then SIZ (ISO/IEC 15444-1 A.5.1). */
const readSizeMarker = (packed: Buffer): Codestream | null => {
  const start = packed.subarray(0, BOXES_WITHIN).indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
  if (start < 0 || packed.length < start + 44) return null;
  const [right, bottom, left, top, tileWidth, tileHeight] = Array.from({ length: 6 }, (_, i) =>
    packed.readUInt32BE(start + 8 + 4 * i),
  ) as [number, number, number, number, number, number];
  if (tileWidth === 0 || tileHeight === 0) return null;
  const depth = packed[start + 42]!;
  return {
    width: right - left,
    height: bottom - top,
    samples: packed.readUInt16BE(start + 40),
    precision: (depth & 0x7f) + 1,
    signed: depth >= 0x80,
    tiles: Math.ceil(right / tileWidth) * Math.ceil(bottom / tileHeight),
  };
};
