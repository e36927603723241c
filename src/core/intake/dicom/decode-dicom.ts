import type { DataSet } from 'dicom-parser';
import { collapseGrey } from '../collapse-grey.ts';
import type { DecodedApart, Remark } from '../decoded.ts';
import { checkKind, isMirrored } from './check-kind.ts';
import { contradictsPolarity, createGreyScale } from './grey-scale.ts';
import { readLayout, type PixelLayout } from './header.ts';
import { parseDicom } from './parse-dicom.ts';
import { readPixelBytes, type PixelBytes } from './pixel-bytes.ts';
import { readAspect, squarePixels } from './square-pixels.ts';
import { readStoredValues, type StoredValues } from './stored-values.ts';
import { packingOf } from './transfer-syntax.ts';

/**
 * The film of a DICOM file as a viewer would show it, 8 bits; what its elements say stays here but for the remarks. It runs
 * in a thread of its own. Fails with a `picture-…`, `dicom-…` or `film-lateral` code.
 */
export const decodeDicom = async (bytes: Buffer): Promise<DecodedApart> => {
  const { elements, layout, packing } = checkDicom(bytes);
  const pixels = await readPixelBytes(elements, layout, packing);
  const remarks = remarksOn(elements, layout);
  if (layout.samples === 3) return decodeColour(pixels, layout, remarks);
  const grey = showGrey(elements, layout, readStoredValues(pixels, layout, packing));
  return { pixels: grey, remarks };
};

/** Whether a file is a film at all, without a look at its pixels. Fails as `decodeDicom`. */
export const checkDicom = (bytes: Buffer) => {
  const { elements, transferSyntax } = parseDicom(bytes);
  checkKind(elements);
  return { elements, ...readShape(elements, transferSyntax) };
};

const readShape = (elements: DataSet, transferSyntax: string) => ({
  layout: readLayout(elements),
  packing: packingOf(transferSyntax),
});

/** The stored values of a grey file of any kind: what other readers' are compared with. Fails as `decodeDicom`. */
export const readDicomValues = async (
  bytes: Buffer,
): Promise<{ readonly layout: PixelLayout; readonly values: StoredValues }> => {
  const { elements, transferSyntax } = parseDicom(bytes);
  const { layout, packing } = readShape(elements, transferSyntax);
  const pixels = await readPixelBytes(elements, layout, packing);
  return { layout, values: readStoredValues(pixels, layout, packing) };
};

const remarksOn = (elements: DataSet, layout: PixelLayout): Remark[] => [
  ...(isMirrored(elements) ? ['mirrored' as const] : []),
  ...(contradictsPolarity(elements, layout) ? ['polarity-in-doubt' as const] : []),
];

/** All bits are kept until the pixels are square; the last step rounds. */
const showGrey = (elements: DataSet, layout: PixelLayout, values: StoredValues) => {
  const { least, shades } = createGreyScale(elements, layout, values);
  const { width, height } = layout;
  const aspect = readAspect(elements);
  if (aspect === 1) {
    const rounded = Uint8Array.from(shades, Math.round);
    const data = new Uint8Array(values.length);
    for (let i = 0; i < data.length; i++) data[i] = rounded[values[i]! - least]!;
    return { data, width, height, channels: 1 as const };
  }
  const whole = Float32Array.from(values, (value) => shades[value - least]!);
  const square = squarePixels({ data: whole, width, height }, aspect);
  return { ...square, data: Uint8Array.from(square.data, Math.round), channels: 1 as const };
};

/** A film is grey; what colours there are were laid over it, or are a photograph's. */
const decodeColour = (
  { bytes, isRgb }: PixelBytes,
  { width, height, photometric }: PixelLayout,
  remarks: readonly Remark[],
): DecodedApart => {
  const isLuma = photometric.startsWith('YBR') && !isRgb;
  const grey = collapseGrey({ data: bytes, width, height, channels: 3 });
  if (grey.channels === 1 && !isLuma) return { pixels: grey, remarks };
  const data = new Uint8Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const [a, b, c] = [bytes[3 * i]!, bytes[3 * i + 1]!, bytes[3 * i + 2]!];
    // ITU-R BT.601, as the colours of the standard are; of the other kind, the first is brightness itself.
    data[i] = isLuma ? a : Math.round(0.299 * a + 0.587 * b + 0.114 * c);
  }
  return {
    pixels: { data, width, height, channels: 1 },
    remarks: [...remarks, 'colour-reduced'],
  };
};
