import type { ImageConfig, VisionConfig } from './config.ts';
import { resizeBicubic, type Pixels } from './resize.ts';
import type { TilePlan } from './tile-plan.ts';

const VALUES = 256;

/**
 * The tower's input: [tiles, 3, T, T] float32, the base tile first, then those of the canvas row by row. Equal in every
 * element to `pixel_values` of LlavaOnevisionImageProcessorPil (transformers 5.23). A grey picture is resized as one
 * channel and written three times.
 */
export const cutTiles = (
  pixels: Pixels,
  plan: TilePlan,
  vision: VisionConfig,
  image: ImageConfig,
): Float32Array => {
  const side = vision.tile;
  const tables = tableOfEachChannel(image);
  const out = new Float32Array(plan.tiles * 3 * side * side);

  // The base tile is the whole picture, its aspect not kept, without padding.
  const base = resizeBicubic(pixels, side, side);
  writeTile(out, 0, side, base, 0, 0, tables);

  const resized = resizeBicubic(pixels, plan.resized.width, plan.resized.height);
  for (let row = 0; row < plan.grid.rows; row++) {
    for (let column = 0; column < plan.grid.columns; column++) {
      const tile = 1 + row * plan.grid.columns + column;
      const top = row * side - plan.padding.top;
      const left = column * side - plan.padding.left;
      writeTile(out, tile, side, resized, top, left, tables);
    }
  }
  return out;
};

/** Writes the window of `source` that begins at (top, left) as tile number `tile`; what lies outside of `source` is black. */
const writeTile = (
  out: Float32Array,
  tile: number,
  side: number,
  source: Pixels,
  top: number,
  left: number,
  tables: readonly Float32Array[],
): void => {
  const { data, width, height, channels } = source;
  const firstRow = Math.max(0, -top);
  const lastRow = Math.min(side, height - top);
  const firstColumn = Math.max(0, -left);
  const lastColumn = Math.min(side, width - left);
  tables.forEach((table, channel) => {
    const plane = (tile * 3 + channel) * side * side;
    const wholeTile =
      firstRow === 0 && lastRow === side && firstColumn === 0 && lastColumn === side;
    if (!wholeTile) out.fill(table[0]!, plane, plane + side * side);
    const offset = channels === 1 ? 0 : channel;
    for (let y = firstRow; y < lastRow; y++) {
      const to = plane + y * side;
      let from = ((y + top) * width + left + firstColumn) * channels + offset;
      for (let x = firstColumn; x < lastColumn; x++) {
        out[to + x] = table[data[from]!]!;
        from += channels;
      }
    }
  });
};

/**
 * What an 8-bit value becomes, for red, green and blue: rescaled in double and stored as float32, then less the mean and
 * over the deviation in float32 (image_transforms.py, rescale and normalize). (v / 127.5 - 1 differs for half of the values.)
 */
const tableOfEachChannel = (image: ImageConfig): Float32Array[] =>
  image.mean.map((mean, channel) => {
    const deviation = Math.fround(image.std[channel]!);
    return Float32Array.from({ length: VALUES }, (_, value) => {
      const centred = Math.fround(Math.fround(value * image.rescaleFactor) - Math.fround(mean));
      return centred / deviation;
    });
  });
