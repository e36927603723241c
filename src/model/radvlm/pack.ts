import type { TilePlan } from './tile-plan.ts';

/**
 * What stands for the picture in the prompt: [tokens, textWidth], from the projected features [tiles, side * side,
 * textWidth] and the learned newline [textWidth]. The base tile's features, then the canvas's as one map without the
 * padding's, shrunk if it is too large, each row followed by the newline.
 * Source: pack_image_features of modeling_llava_onevision.py.
 */
export const packFeatures = (
  features: Float32Array,
  plan: TilePlan,
  newline: Float32Array,
  textWidth: number,
): Float32Array => {
  const { side, unpadded, downsampled } = plan;
  const out = new Float32Array(plan.tokens * textWidth);
  const base = side * side * textWidth;
  out.set(features.subarray(0, base));

  const map = downsampled ?? unpadded;
  const writeRow = downsampled === undefined ? copyRow : interpolateRow;
  const rowLength = (map.width + 1) * textWidth;
  for (let row = 0; row < map.height; row++) {
    const at = base + row * rowLength;
    writeRow(out.subarray(at, at + rowLength), row, features, plan, textWidth);
    out.set(newline, at + map.width * textWidth);
  }
  return out;
};

type WriteRow = (
  to: Float32Array,
  row: number,
  features: Float32Array,
  plan: TilePlan,
  textWidth: number,
) => void;

const copyRow: WriteRow = (to, row, features, plan, textWidth) => {
  for (let column = 0; column < plan.unpadded.width; column++) {
    const from = featureAt(plan, row, column) * textWidth;
    to.set(features.subarray(from, from + textWidth), column * textWidth);
  }
};

/** One row of torch's interpolate(mode="bilinear", align_corners=False): no antialias, indexes and weights in float32. */
const interpolateRow: WriteRow = (to, row, features, plan, textWidth) => {
  const { unpadded, downsampled = unpadded } = plan;
  const y = sourceOf(row, unpadded.height, downsampled.height);
  for (let column = 0; column < downsampled.width; column++) {
    const x = sourceOf(column, unpadded.width, downsampled.width);
    const topLeft = featureAt(plan, y.low, x.low) * textWidth;
    const topRight = featureAt(plan, y.low, x.high) * textWidth;
    const bottomLeft = featureAt(plan, y.high, x.low) * textWidth;
    const bottomRight = featureAt(plan, y.high, x.high) * textWidth;
    const at = column * textWidth;
    for (let i = 0; i < textWidth; i++) {
      const top = x.lowShare * features[topLeft + i]! + x.highShare * features[topRight + i]!;
      const bottom =
        x.lowShare * features[bottomLeft + i]! + x.highShare * features[bottomRight + i]!;
      to[at + i] = y.lowShare * top + y.highShare * bottom;
    }
  }
};

/** area_pixel_compute_source_index: the two inputs that lie around the centre of output `index`, and the share of each. */
const sourceOf = (
  index: number,
  from: number,
  to: number,
): { low: number; high: number; lowShare: number; highShare: number } => {
  const scale = Math.fround(from / to);
  const real = Math.max(0, Math.fround(Math.fround(scale * Math.fround(index + 0.5)) - 0.5));
  const low = Math.floor(real);
  const highShare = Math.fround(real - low);
  return {
    low,
    high: Math.min(low + 1, from - 1),
    lowShare: Math.fround(1 - highShare),
    highShare,
  };
};

/** Number of the feature that lies at this row and column of the unpadded map, counted over all tiles. */
const featureAt = (plan: TilePlan, row: number, column: number): number => {
  const { side, grid, unpadded } = plan;
  const y = row + unpadded.top;
  const x = column + unpadded.left;
  const tile = 1 + Math.floor(y / side) * grid.columns + Math.floor(x / side);
  return tile * side * side + (y % side) * side + (x % side);
};
