import { resizeByArea } from './area-resize.ts';
import type { Grey } from './grey.ts';
import { trimBorders } from './trim.ts';

/** Side of the thumbnail. */
const THUMBNAIL = 16;
/** Cells a side of the grid of edge directions, and directions in each: across, down, and the two diagonals. */
const CELLS = 8;
const DIRECTIONS = 4;
/** |dx| + |dy| above which a pixel lies on an edge. */
const STRONG_EDGE = 60;

/** Length of what `measure` gives: 13 numbers, a 16 x 16 thumbnail, 8 x 8 x 4 edge directions. */
const FEATURES = 13 + THUMBNAIL * THUMBNAIL + CELLS * CELLS * DIRECTIONS;

/**
 * What the chest gate looks at, of a working copy as it lies: the features that its weights were trained on, in their
 * order. The reference is training/chest-gate/features.mjs.
 */
export const measure = (work: Grey): Float64Array => {
  const crop = trimBorders(work);
  const { width, height } = crop;
  const tones = measureTones(crop);
  const edges = measureEdges(crop);
  const { thumbnail, symmetry } = measureThumbnail(crop);
  const out = new Float64Array(FEATURES);
  out.set([
    Math.abs(Math.log(width / height)),
    (width * height) / (work.width * work.height),
    tones.mean / 255,
    tones.deviation / 255,
    tones.entropy,
    Math.sqrt(tones.black),
    Math.sqrt(tones.white),
    Math.sqrt(tones.peak),
    edges.strong,
    edges.gradient / 255,
    Math.log(edges.detail + 0.05),
    Math.log((edges.detail + 0.05) / (edges.gradient + 0.2)),
    symmetry,
  ]);
  out.set(thumbnail, 13);
  out.set(edges.directions, 13 + thumbnail.length);
  return out;
};

/** Of the histogram: mean and deviation 0..255, entropy in bits, shares of black, white and the commonest grey. */
const measureTones = (grey: Grey) => {
  const counts = new Float64Array(256);
  for (const value of grey.data) counts[value]!++;
  const shares = counts.map((count) => count / grey.data.length);
  let entropy = 0;
  let mean = 0;
  let squares = 0;
  let peak = 0;
  shares.forEach((share, value) => {
    if (share > 0) entropy -= share * Math.log2(share);
    mean += share * value;
    squares += share * value * value;
    peak = Math.max(peak, share);
  });
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares - mean * mean)),
    entropy,
    black: shares[0]! + shares[1]! + shares[2]!,
    white: shares[253]! + shares[254]! + shares[255]!,
    peak,
  };
};

/**
 * Of all pixels but the outermost: share on strong edges, mean gradient, mean of what a 3 x 3 mean removes, and for each
 * cell and direction the square root of its share of all gradient.
 */
const measureEdges = ({ data, width, height }: Grey) => {
  const cells = new Float64Array(CELLS * CELLS * DIRECTIONS);
  let strong = 0;
  let gradient = 0;
  let detail = 0;
  for (let y = 1; y < height - 1; y++) {
    const cellRow = Math.floor((y * CELLS) / height) * CELLS;
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const up = at - width;
      const down = at + width;
      const dx = data[at + 1]! - data[at - 1]!;
      const dy = data[down]! - data[up]!;
      const across = Math.abs(dx);
      const along = Math.abs(dy);
      const size = across + along;
      if (size > STRONG_EDGE) strong++;
      gradient += size;
      const around =
        data[up - 1]! +
        data[up]! +
        data[up + 1]! +
        data[at - 1]! +
        data[at]! +
        data[at + 1]! +
        data[down - 1]! +
        data[down]! +
        data[down + 1]!;
      detail += Math.abs(data[at]! - around / 9);
      if (size === 0) continue;
      const direction = across > 2 * along ? 0 : along > 2 * across ? 1 : dx * dy > 0 ? 2 : 3;
      cells[(cellRow + Math.floor((x * CELLS) / width)) * DIRECTIONS + direction]! += size;
    }
  }
  const inner = Math.max(1, (width - 2) * (height - 2));
  const total = Math.max(1e-9, gradient);
  return {
    strong: strong / inner,
    gradient: gradient / inner,
    detail: detail / inner,
    directions: cells.map((size) => Math.sqrt(size / total)),
  };
};

/** The thumbnail with mean 0 and deviation 1, and its correlation with its mirror image. */
const measureThumbnail = (grey: Grey) => {
  const raw = resizeByArea(grey, THUMBNAIL, THUMBNAIL);
  const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
  const variance = raw.reduce((sum, value) => sum + (value - mean) ** 2, 0) / raw.length;
  // At least 1, so that a flat picture does not become loud noise.
  const deviation = Math.max(1, Math.sqrt(variance));
  const thumbnail = raw.map((value) => (value - mean) / deviation);
  const symmetry =
    thumbnail.reduce((sum, value, i) => {
      const row = i - (i % THUMBNAIL);
      return sum + value * thumbnail[row + THUMBNAIL - 1 - (i % THUMBNAIL)]!;
    }, 0) / thumbnail.length;
  return { thumbnail, symmetry };
};
