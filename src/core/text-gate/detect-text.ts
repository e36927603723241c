import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Grey } from '../gate/grey.ts';
import { resizeGrey } from './resize-grey.ts';
import { findRegions, type TextRegion } from './text-regions.ts';

/** Per channel, as the detector was trained: ImageNet's. */
const MEAN = [0.485, 0.456, 0.406] as const;
const DEVIATION = [0.229, 0.224, 0.225] as const;

/** The detector's sides are multiples of this. */
const STRIDE = 32;
/**
 * Longest side of the pieces that are looked at one after the other, pixels: memory stays at that of one piece whatever
 * the picture's size. Neighbours overlap, so that each letter is away from the border of one of them.
 */
const TILE = 960;
const OVERLAP = 64;

/**
 * Small films are enlarged before they are searched: letters of 8 pixels are found at twice their size only. Large ones
 * are taken as they are; at 0.6 of the size a third of the text is lost.
 */
const ENLARGED_BELOW = 1_300;
const ENLARGED = 2;
/** Above this many pixels a picture is reduced: photographs have large letters, and 60 megapixels would take 10 seconds. */
const MOST_PIXELS = 10e6;

/** Where there is text, in pixels of the picture. */
export const detectText = async (
  detector: InferenceSession,
  grey: Grey,
): Promise<readonly TextRegion[]> => {
  const scale = scaleFor(grey);
  const width = Math.max(STRIDE, Math.round(grey.width * scale));
  const height = Math.max(STRIDE, Math.round(grey.height * scale));
  const scaled = await resizeGrey(grey, width, height);
  const map = new Float32Array(width * height);
  for (const rows of spansOf(height))
    for (const columns of spansOf(width)) await lookAt(detector, scaled, { rows, columns }, map);
  return findRegions({ map, width, height }, grey.width / width, grey.height / height);
};

const scaleFor = ({ width, height }: Grey): number =>
  Math.max(width, height) < ENLARGED_BELOW
    ? ENLARGED
    : Math.min(1, Math.sqrt(MOST_PIXELS / (width * height)));

type Span = { readonly start: number; readonly length: number };

/** The pieces along a side: as few as there can be, all equally long, a multiple of the stride. The last may reach over the end. */
const spansOf = (length: number): readonly Span[] => {
  const count = Math.max(1, Math.ceil((length - OVERLAP) / (TILE - OVERLAP)));
  const each = Math.ceil((length + (count - 1) * OVERLAP) / count / STRIDE) * STRIDE;
  return Array.from({ length: count }, (_, i) => ({
    start: Math.max(0, Math.min(i * (each - OVERLAP), length - each)),
    length: each,
  }));
};

/** Writes how likely each pixel of a piece is text into the map of the whole; where pieces overlap, the higher value. */
const lookAt = async (
  detector: InferenceSession,
  { data, width, height }: Grey,
  { rows, columns }: { readonly rows: Span; readonly columns: Span },
  map: Float32Array,
): Promise<void> => {
  const { start: x, length: tileWidth } = columns;
  const { start: y, length: tileHeight } = rows;
  const across = Math.min(tileWidth, width - x);
  const down = Math.min(tileHeight, height - y);
  const area = tileWidth * tileHeight;
  const input = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const scale = 1 / 255 / DEVIATION[channel]!;
    const shift = MEAN[channel]! / DEVIATION[channel]!;
    const plane = input.subarray(channel * area, (channel + 1) * area).fill(-shift);
    for (let row = 0; row < down; row++) {
      const from = (y + row) * width + x;
      const to = row * tileWidth;
      for (let column = 0; column < across; column++)
        plane[to + column] = data[from + column]! * scale - shift;
    }
  }
  const dims = [1, 3, tileHeight, tileWidth];
  const output = await detector.run({
    [detector.inputNames[0]!]: new Tensor('float32', input, dims),
  });
  const likely = output[detector.outputNames[0]!]!.data as Float32Array;
  for (let row = 0; row < down; row++) {
    const to = (y + row) * width + x;
    const from = row * tileWidth;
    for (let column = 0; column < across; column++)
      map[to + column] = Math.max(map[to + column]!, likely[from + column]!);
  }
};
