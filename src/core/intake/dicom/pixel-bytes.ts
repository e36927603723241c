import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';
import { checkCodestream, type Codestream } from './codestream.ts';
import { decodeCodestream } from './codecs.ts';
import type { PixelLayout } from './header.ts';
import { decodeRle } from './rle.ts';
import type { Packing } from './transfer-syntax.ts';

/** Unpacked pixels: `bitsAllocated` each, least byte first, channels of a pixel together. */
export type PixelBytes = {
  readonly bytes: Buffer;
  /** What the compressed stream said of itself; null if it was not compressed or says nothing. */
  readonly codestream: Codestream | null;
  /** The codec gave RGB, whatever the file calls its colours. */
  readonly isRgb: boolean;
};

/** Fails with `picture-damaged`, `dicom-frames`, `dicom-no-picture` or `dicom-format`. */
export const readPixelBytes = async (
  elements: DataSet,
  layout: PixelLayout,
  packing: Packing,
): Promise<PixelBytes> => {
  const element = elements.elements['x7fe00010'];
  if (element === undefined) throw new WetreadError('dicom-no-picture');
  if (packing === 'native' || packing === 'native-big') {
    const bytes = readNative(elements, element, layout, packing === 'native-big');
    return { bytes, codestream: null, isRgb: false };
  }
  const packed = readFrame(elements, element);
  if (packing === 'rle')
    return { bytes: decodeRle(packed, layout), codestream: null, isRgb: false };
  const codestream = checkCodestream(packed, packing, layout);
  const { bytes, isRgb } = await decodeCodestream(packed, packing, layout);
  // Of a stream that does not say its size beforehand, this tells it.
  if (bytes.length !== sizeOf(layout)) throw new WetreadError('picture-damaged');
  return { bytes, codestream, isRgb };
};

/** Bytes of an unpacked picture. */
const sizeOf = ({ width, height, samples, bitsAllocated }: PixelLayout): number =>
  width * height * samples * (bitsAllocated / 8);

const readNative = (
  { byteArray }: DataSet,
  { encapsulatedPixelData, dataOffset, length, vr }: Element,
  layout: PixelLayout,
  isBig: boolean,
): Buffer => {
  // Half of the colours are missing from every line of it.
  if (layout.photometric === 'YBR_FULL_422')
    throw new WetreadError('dicom-format', { format: 'colours of an unusual kind' });
  const size = sizeOf(layout);
  if (encapsulatedPixelData || length < size) throw new WetreadError('picture-damaged');
  // One byte makes an odd length even, and some writers fill up with zeros. Anything else that is more than was described
  // is another picture.
  if (length > size + 1 && byteArray.subarray(dataOffset + size, dataOffset + length).some(Boolean))
    throw new WetreadError('picture-damaged');
  const bytes = Buffer.from(byteArray.subarray(dataOffset, dataOffset + length));
  // Bytes written as words are swapped with them; see PS3.5 D.
  if (isBig && (layout.bitsAllocated === 16 || vr === 'OW') && length % 2 === 0) bytes.swap16();
  return layout.planar ? interleave(bytes.subarray(0, size), 3) : bytes.subarray(0, size);
};

/** The fragments of the one frame, put together. */
const readFrame = (elements: DataSet, element: Element): Buffer => {
  const { fragments = [], basicOffsetTable = [] } = element;
  if (fragments.length === 0) throw new WetreadError('picture-damaged');
  // Some write no number of frames.
  if (basicOffsetTable.length > 1) throw new WetreadError('dicom-frames');
  const frame = dicomParser.readEncapsulatedPixelDataFromFragments(
    elements,
    element,
    0,
    fragments.length,
    fragments,
  );
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
};

/** "RRR…GGG…BBB…" to "RGBRGB…". */
const interleave = (planes: Buffer, count: number): Buffer => {
  const length = planes.length / count;
  const out = Buffer.alloc(planes.length);
  for (let plane = 0; plane < count; plane++) {
    const start = plane * length;
    for (let i = 0; i < length; i++) out[i * count + plane] = planes[start + i]!;
  }
  return out;
};
