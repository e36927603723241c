import type { Grey } from './grey.ts';

/** For each output along one axis: the inputs it covers and the share of each, which sum to 1. */
type Coverage = { readonly first: Int32Array; readonly shares: readonly Float64Array[] };

/** Area average to exactly this size; doubles, not rounded. Enlarges too, by repeating. */
export const resizeByArea = (grey: Grey, toWidth: number, toHeight: number): Float64Array => {
  const { data, width, height } = grey;
  const across = cover(width, toWidth);
  const down = cover(height, toHeight);
  const rows = new Float64Array(toWidth * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < toWidth; x++) {
      const shares = across.shares[x]!;
      const start = y * width + across.first[x]!;
      let sum = 0;
      for (let k = 0; k < shares.length; k++) sum += shares[k]! * data[start + k]!;
      rows[y * toWidth + x] = sum;
    }
  }
  const out = new Float64Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    const shares = down.shares[y]!;
    for (let k = 0; k < shares.length; k++) {
      const share = shares[k]!;
      const from = (down.first[y]! + k) * toWidth;
      for (let x = 0; x < toWidth; x++) out[y * toWidth + x]! += share * rows[from + x]!;
    }
  }
  return out;
};

const cover = (from: number, to: number): Coverage => {
  const step = from / to;
  const first = new Int32Array(to);
  const shares = Array.from({ length: to }, (_, i) => {
    const start = i * step;
    const end = Math.min(from, (i + 1) * step);
    const low = Math.floor(start);
    const high = Math.min(from - 1, Math.ceil(end) - 1);
    first[i] = low;
    return Float64Array.from({ length: high - low + 1 }, (__, k) => {
      const at = low + k;
      return (Math.min(at + 1, end) - Math.max(at, start)) / (end - start);
    });
  });
  return { first, shares };
};
