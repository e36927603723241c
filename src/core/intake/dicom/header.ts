import type { DataSet } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';

/** How the pixels lie in the file; DICOM PS3.3 C.7.6.3. Everything else of a file's elements is looked up where it is used. */
export type PixelLayout = {
  readonly width: number;
  readonly height: number;
  /** 1: grey; 3: colour. */
  readonly samples: 1 | 3;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  /** Of colour: each channel after the other instead of each pixel. */
  readonly planar: boolean;
  readonly photometric: string;
};

/** The largest detectors give 15 megapixels, scanned films 25. In 16 bits this is 80 MB. */
const MOST_PIXELS = 40e6;

/** Fails with `dicom-no-picture`, `picture-too-large`, `dicom-frames` or `dicom-format`. */
export const readLayout = (elements: DataSet): PixelLayout => {
  const width = wordOf(elements, 'x00280011') ?? 0;
  const height = wordOf(elements, 'x00280010') ?? 0;
  if (width === 0 || height === 0 || !hasPixels(elements))
    throw new WetreadError('dicom-no-picture');
  if (width * height > MOST_PIXELS)
    throw new WetreadError('picture-too-large', { limit: MOST_PIXELS });
  const frames = numberOf(elements, 'x00280008') ?? 1;
  if (frames > 1) throw new WetreadError('dicom-frames');
  const samples = wordOf(elements, 'x00280002') ?? 1;
  const photometric = codeOf(elements, 'x00280004');
  checkColour(samples, photometric);
  const bitsAllocated = wordOf(elements, 'x00280100') ?? 0;
  checkDepth(elements, bitsAllocated, samples);
  const declared = wordOf(elements, 'x00280101') ?? bitsAllocated;
  const bitsStored = declared >= 1 && declared <= bitsAllocated ? declared : bitsAllocated;
  const highBit = wordOf(elements, 'x00280102') ?? bitsStored - 1;
  return {
    width,
    height,
    samples: samples === 3 ? 3 : 1,
    bitsAllocated: bitsAllocated === 8 ? 8 : 16,
    bitsStored,
    highBit: highBit >= bitsStored - 1 && highBit < bitsAllocated ? highBit : bitsStored - 1,
    signed: wordOf(elements, 'x00280103') === 1,
    planar: wordOf(elements, 'x00280006') === 1,
    photometric,
  };
};

const hasPixels = ({ elements }: DataSet): boolean =>
  ['x7fe00010', 'x7fe00008', 'x7fe00009'].some((tag) => elements[tag] !== undefined);

const checkDepth = ({ elements }: DataSet, bitsAllocated: number, samples: number): void => {
  if (elements['x7fe00010'] === undefined || ![8, 16].includes(bitsAllocated))
    throw new WetreadError('dicom-format', {
      format: bitsAllocated === 1 ? 'one bit a pixel' : 'floating point or 32-bit pixels',
    });
  if (samples === 3 && bitsAllocated !== 8)
    throw new WetreadError('dicom-format', { format: '16-bit colour' });
};

const GREY = /^MONOCHROME[12]$/;
const COLOUR = /^(RGB|YBR_FULL|YBR_FULL_422|YBR_ICT|YBR_RCT)$/;

const checkColour = (samples: number, photometric: string): void => {
  if (samples === 1 && GREY.test(photometric)) return;
  if (samples === 3 && COLOUR.test(photometric)) return;
  const format = photometric === 'PALETTE COLOR' ? 'palette colours' : 'colours of an unusual kind';
  throw new WetreadError('dicom-format', { format });
};

/** The first value of an element of 16-bit integers (US); undefined if there is none. */
const wordOf = (elements: DataSet, tag: string): number | undefined =>
  (elements.elements[tag]?.length ?? 0) >= 2 ? elements.uint16(tag) : undefined;

/** The values of an element of decimal strings (DS, IS); what is empty or no number is left out. */
export const numbersOf = (elements: DataSet, tag: string): number[] =>
  stringOf(elements, tag)
    .split('\\')
    .filter((text) => text.trim() !== '')
    .map(Number)
    .filter(Number.isFinite);

export const numberOf = (elements: DataSet, tag: string): number | undefined =>
  numbersOf(elements, tag)[0];

/** A code string (CS), in capitals; '' if there is none. */
export const codeOf = (elements: DataSet, tag: string): string =>
  stringOf(elements, tag).trim().toUpperCase();

/** '' if there is none. */
export const stringOf = (elements: DataSet, tag: string): string => {
  const element = elements.elements[tag];
  // A sequence where words belong.
  if (element === undefined || element.items !== undefined) return '';
  return elements.string(tag) ?? '';
};

/** The items of a sequence. */
export const itemsOf = (elements: DataSet, tag: string): DataSet[] =>
  (elements.elements[tag]?.items ?? []).flatMap(({ dataSet }) => dataSet ?? []);
