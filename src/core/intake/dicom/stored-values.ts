import type { PixelBytes } from './pixel-bytes.ts';
import type { PixelLayout } from './header.ts';
import type { Packing } from './transfer-syntax.ts';

export type StoredValues = Uint8Array | Int8Array | Uint16Array | Int16Array;

/** The values that `bitsStored` bits hold. */
export const rangeOf = ({
  bitsStored,
  signed,
}: PixelLayout): readonly [least: number, most: number] =>
  signed ? [-(2 ** (bitsStored - 1)), 2 ** (bitsStored - 1) - 1] : [0, 2 ** bitsStored - 1];

/** The stored values of a grey picture, DICOM PS3.5 8.1.1, each within `rangeOf`. */
export const readStoredValues = (
  pixels: PixelBytes,
  layout: PixelLayout,
  packing: Packing,
): StoredValues => {
  const values = viewOf(pixels.bytes, layout);
  if (layout.bitsStored === layout.bitsAllocated) return values;
  const isPlain = packing === 'native' || packing === 'native-big' || packing === 'rle';
  if (isPlain) return takeBits(values, layout);
  const signBit = signBitOf(pixels, layout, packing);
  if (signBit !== null) extendSign(values, signBit);
  return clamp(values, rangeOf(layout));
};

/** Old files keep overlays in the bits above (or below) the stored ones. */
const takeBits = (values: StoredValues, { bitsStored, highBit, signed }: PixelLayout) => {
  const shift = highBit + 1 - bitsStored;
  const mask = 2 ** bitsStored - 1;
  const sign = signed ? 2 ** (bitsStored - 1) : 0;
  for (let i = 0; i < values.length; i++) {
    const value = (values[i]! >> shift) & mask;
    values[i] = (value & sign) === 0 ? value : value - mask - 1;
  }
  return values;
};

/** Signed values in a stream that knows no sign: the bit of its own precision is it. */
const signBitOf = (
  { codestream }: PixelBytes,
  { signed, bitsStored, bitsAllocated }: PixelLayout,
  packing: Packing,
): number | null => {
  if (!signed || codestream?.signed || packing === 'jpeg-xl' || packing === 'ht-jpeg-2000')
    return null;
  const precision = codestream?.precision ?? bitsStored;
  return precision < bitsAllocated ? 2 ** (precision - 1) : null;
};

const extendSign = (values: StoredValues, signBit: number): void => {
  const above = 2 * signBit;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >= signBit && value < above) values[i] = value - above;
  }
};

/** Lossy codecs overshoot. To mask would make the brightest value the darkest. */
const clamp = (values: StoredValues, [least, most]: readonly [number, number]): StoredValues => {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < least) values[i] = least;
    else if (value > most) values[i] = most;
  }
  return values;
};

const viewOf = (bytes: Buffer, { bitsAllocated, signed }: PixelLayout): StoredValues => {
  // A copy begins where words may begin.
  const { buffer } = Uint8Array.from(bytes);
  if (bitsAllocated === 8) return signed ? new Int8Array(buffer) : new Uint8Array(buffer);
  return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
};
