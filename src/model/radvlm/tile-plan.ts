import type { ImageConfig, VisionConfig } from './config.ts';

type Size = { readonly height: number; readonly width: number };

/** What follows from a picture's size alone: how it is cut into tiles, and which of the tiles' features are kept. */
export type TilePlan = {
  /** Of the picture, pixels. */
  readonly original: Size;
  /** The pinpoint chosen, pixels: a whole number of tiles each way. */
  readonly canvas: Size;
  /** The picture as it lies on the canvas, aspect kept, pixels. */
  readonly resized: Size;
  /** Black around it, pixels; an odd pixel is at the bottom or right. */
  readonly padding: {
    readonly top: number;
    readonly bottom: number;
    readonly left: number;
    readonly right: number;
  };
  /** Tiles of the canvas, row by row; the base tile is not among them. */
  readonly grid: { readonly rows: number; readonly columns: number };
  /** Base tile included. */
  readonly tiles: number;
  /** Patches a side of a tile. */
  readonly side: number;
  /**
   * The map of the canvas's features without those of the padding: rows and columns from `top` and `left` on. May be
   * empty: no row, or rows of no column.
   */
  readonly unpadded: Size & { readonly top: number; readonly left: number };
  /** Size that the map is shrunk to; undefined: it stays as it is. */
  readonly downsampled: Size | undefined;
  /** Features that stand for the picture in the prompt: base tile, map, and a newline after every row of the map. */
  readonly tokens: number;
};

/** A map is shrunk when its side is more than this over that of `maxTiles` tiles. */
const DOWNSAMPLE_ABOVE = 1.1;

/**
 * Plans a picture of this size (pixels). Source: transformers 5.23, image_processing_llava_onevision.py
 * (select_best_resolution, _get_padding_size) and processing_llava_onevision.py (_get_unpadded_features); checked
 * against every row of the golden grids.
 */
export const planTiles = (
  height: number,
  width: number,
  vision: VisionConfig,
  image: ImageConfig,
): TilePlan => {
  const original = { height, width };
  const canvas = chooseCanvas(original, image.pinpoints);
  const resized = fitInto(canvas, original);
  const padding = padAround(canvas, resized);
  const grid = { rows: canvas.height / vision.tile, columns: canvas.width / vision.tile };
  const side = Math.floor(vision.tile / vision.patch);
  const unpadded = unpad(original, { height: grid.rows * side, width: grid.columns * side });
  const downsampled = downsample(unpadded, image.maxTiles * side * side);
  const map = downsampled ?? unpadded;
  return {
    original,
    canvas,
    resized,
    padding,
    grid,
    tiles: 1 + grid.rows * grid.columns,
    side,
    unpadded,
    downsampled,
    tokens: side * side + map.height * (map.width + 1),
  };
};

/** select_best_resolution: the most pixels of the picture kept, then the least canvas wasted, then the first in the list. */
const chooseCanvas = (original: Size, pinpoints: ImageConfig['pinpoints']): Size => {
  let best: Size | undefined;
  let mostEffective = 0;
  let leastWasted = Infinity;
  for (const [height, width] of pinpoints) {
    const scale = Math.min(width / original.width, height / original.height);
    const scaled = Math.trunc(original.width * scale) * Math.trunc(original.height * scale);
    const effective = Math.min(scaled, original.width * original.height);
    const wasted = height * width - effective;
    if (effective > mostEffective || (effective === mostEffective && wasted < leastWasted)) {
      best = { height, width };
      mostEffective = effective;
      leastWasted = wasted;
    }
  }
  if (best === undefined) throw new RangeError('there is no pinpoint to choose from');
  return best;
};

/** get_patch_output_size. */
const fitInto = (canvas: Size, original: Size): Size => {
  const across = canvas.width / original.width;
  const down = canvas.height / original.height;
  return across < down
    ? { height: Math.min(Math.ceil(original.height * across), canvas.height), width: canvas.width }
    : { height: canvas.height, width: Math.min(Math.ceil(original.width * down), canvas.width) };
};

/** _get_padding_size. */
const padAround = (canvas: Size, resized: Size): TilePlan['padding'] => {
  const top = Math.floor((canvas.height - resized.height) / 2);
  const left = Math.floor((canvas.width - resized.width) / 2);
  return {
    top,
    bottom: canvas.height - resized.height - top,
    left,
    right: canvas.width - resized.width - left,
  };
};

/** unpad_image. The rounding to seven decimals undoes what the division lost: without it some whole sizes fall one short. */
const unpad = (original: Size, map: Size): TilePlan['unpadded'] => {
  if (original.width / original.height > map.width / map.height) {
    const kept = Math.trunc(roundTo7(original.height * (map.width / original.width)));
    const top = Math.floor((map.height - kept) / 2);
    return { top, left: 0, height: map.height - 2 * top, width: map.width };
  }
  const kept = Math.trunc(roundTo7(original.width * (map.height / original.height)));
  const left = Math.floor((map.width - kept) / 2);
  return { top: 0, left, height: map.height, width: map.width - 2 * left };
};

const downsample = (map: Size, mostFeatures: number): Size | undefined => {
  const ratio = Math.sqrt((map.height * map.width) / mostFeatures);
  if (ratio <= DOWNSAMPLE_ABOVE) return undefined;
  return { height: floorDivide(map.height, ratio), width: floorDivide(map.width, ratio) };
};

/** Python's round(x, 7). toFixed works on the exact value too; exact ties, where they differ, are no multiples of 1e-7. */
const roundTo7 = (value: number): number => Number(value.toFixed(7));

/** Python's `a // b` for floats, which goes by the remainder: a plain floor(a / b) is one too high where a / b rounds up. */
const floorDivide = (a: number, b: number): number => {
  const quotient = (a - (a % b)) / b;
  const floored = Math.floor(quotient);
  return quotient - floored > 0.5 ? floored + 1 : floored;
};
