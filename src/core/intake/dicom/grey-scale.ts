import type { DataSet } from 'dicom-parser';
import { codeOf, itemsOf, numberOf, numbersOf, type PixelLayout } from './header.ts';
import { lookUp, readLookupTable } from './lookup-table.ts';
import { rangeOf, type StoredValues } from './stored-values.ts';

/** Without a window or table, so many of all values may be black, and as many white: collimators and markers. */
const TAIL = 0.005;

/** What a stored value is shown as: 0 black to 255 white, not yet rounded. Its index is the value less `least`. */
export type GreyScale = { readonly least: number; readonly shades: Float32Array };

/**
 * From stored values to what is shown, DICOM PS3.4 N.2: modality table or rescale, then the first VOI table or window, else
 * what 99 % of the picture lie in; then black and white as the photometric interpretation has it. Padding is black.
 * Fails with `picture-damaged`.
 */
export const createGreyScale = (
  elements: DataSet,
  layout: PixelLayout,
  values: StoredValues,
): GreyScale => {
  const [least, most] = rangeOf(layout);
  const modality = readModality(elements, layout);
  const isPadding = readPadding(elements, layout);
  const show =
    readTable(elements, layout) ??
    readWindow(elements) ??
    spread(values, { modality, isPadding, least, most });
  const inverted = layout.photometric === 'MONOCHROME1';
  const shades = new Float32Array(most - least + 1);
  for (let value = least; value <= most; value++) {
    const shade = Math.min(Math.max(show(modality(value)), 0), 255);
    shades[value - least] = isPadding(value) ? 0 : inverted ? 255 - shade : shade;
  }
  return { least, shades };
};

/** The presentation LUT shape and the photometric interpretation of a radiograph say the same, or the file is wrong in one. */
export const contradictsPolarity = (elements: DataSet, { photometric }: PixelLayout): boolean => {
  const shape = codeOf(elements, 'x20500020');
  return photometric === 'MONOCHROME1' ? shape === 'IDENTITY' : shape === 'INVERSE';
};

type Curve = (value: number) => number;

const readModality = (elements: DataSet, { signed }: PixelLayout): Curve => {
  const [item] = itemsOf(elements, 'x00283000');
  if (item !== undefined) {
    const table = readLookupTable(item, { signed });
    return (value) => lookUp(table, value);
  }
  const slope = numberOf(elements, 'x00281053') ?? 1;
  const intercept = numberOf(elements, 'x00281052') ?? 0;
  // A slope of nothing would show nothing.
  return slope === 0 ? (value) => value : (value) => value * slope + intercept;
};

const readTable = (elements: DataSet, { signed }: PixelLayout): Curve | undefined => {
  const [item] = itemsOf(elements, 'x00283010');
  if (item === undefined) return undefined;
  const isSigned = signed || (numberOf(elements, 'x00281052') ?? 0) < 0;
  const table = readLookupTable(item, { signed: isSigned });
  return (value) => (lookUp(table, value) / table.most) * 255;
};

/** DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3. */
const readWindow = (elements: DataSet): Curve | undefined => {
  const [centre] = numbersOf(elements, 'x00281050');
  const [width] = numbersOf(elements, 'x00281051');
  if (centre === undefined || width === undefined) return undefined;
  switch (codeOf(elements, 'x00281056')) {
    case 'SIGMOID':
      return width > 0 ? (x) => 255 / (1 + Math.exp((-4 * (x - centre)) / width)) : undefined;
    case 'LINEAR_EXACT':
      return width > 0 ? (x) => ((x - centre) / width + 0.5) * 255 : undefined;
    default:
      // A width of one is a threshold.
      if (width === 1) return (x) => (x <= centre - 0.5 ? 0 : 255);
      return width > 1 ? (x) => ((x - (centre - 0.5)) / (width - 1) + 0.5) * 255 : undefined;
  }
};

/** What fills the picture where there is no film: a value, or all up to a limit (PS3.3 C.7.5.1.1.2). */
const readPadding = (elements: DataSet, { signed }: PixelLayout): ((value: number) => boolean) => {
  const [value, limit = value] = ['x00280120', 'x00280121'].map((tag) =>
    (elements.elements[tag]?.length ?? 0) < 2
      ? undefined
      : signed
        ? elements.int16(tag)
        : elements.uint16(tag),
  );
  if (value === undefined || limit === undefined) return () => false;
  const [least, most] = [Math.min(value, limit), Math.max(value, limit)];
  return (stored) => stored >= least && stored <= most;
};

type SpreadOptions = {
  readonly modality: Curve;
  readonly isPadding: (value: number) => boolean;
  readonly least: number;
  readonly most: number;
};

const spread = (values: StoredValues, options: SpreadOptions): Curve => {
  const { modality, isPadding, least, most } = options;
  const counts = new Uint32Array(most - least + 1);
  for (const value of values) counts[value - least]! += 1;
  let total = 0;
  for (let i = 0; i < counts.length; i++) {
    if (isPadding(i + least)) counts[i] = 0;
    total += counts[i]!;
  }
  const tail = Math.floor(total * TAIL);
  const ends = [indexAfter(counts, tail), indexAfter(counts, total - 1 - tail)].map((i) =>
    modality(i + least),
  );
  const [dark, bright] = [Math.min(...ends), Math.max(...ends)];
  // A flat picture has no spread.
  return dark === bright ? () => 127.5 : (x) => ((x - dark) / (bright - dark)) * 255;
};

/** The index of the value that comes `number`th (from 0) in order. */
const indexAfter = (counts: Uint32Array, number: number): number => {
  let seen = 0;
  for (let i = 0; i < counts.length; i++) {
    seen += counts[i]!;
    if (seen > number) return i;
  }
  return 0;
};
