import type { Grey } from './grey.ts';

/** A border line is flat when its grey varies less than this, and is about black or about white. */
const FLAT_DEVIATION = 16;
const NEARLY_BLACK = 16;
const NEARLY_WHITE = 239;
/** No more than this share of the height or width is taken from each side. */
const MOST_TRIMMED = 0.3;

/** Removes flat black or flat white rows and columns at the border. */
export const trimBorders = (grey: Grey): Grey => {
  const { data, width, height } = grey;
  const isFlatRow = (y: number): boolean => isFlat(data, y * width, 1, width);
  const isFlatColumn = (x: number): boolean => isFlat(data, x, width, height);
  const mostRows = Math.floor(height * MOST_TRIMMED);
  const mostColumns = Math.floor(width * MOST_TRIMMED);
  let top = 0;
  let bottom = height;
  let left = 0;
  let right = width;
  while (top < mostRows && isFlatRow(top)) top++;
  while (bottom > height - mostRows && isFlatRow(bottom - 1)) bottom--;
  while (left < mostColumns && isFlatColumn(left)) left++;
  while (right > width - mostColumns && isFlatColumn(right - 1)) right--;

  const keptWidth = right - left;
  const keptHeight = bottom - top;
  const out = new Uint8Array(keptWidth * keptHeight);
  for (let y = 0; y < keptHeight; y++) {
    const from = (top + y) * width;
    out.set(data.subarray(from + left, from + right), y * keptWidth);
  }
  return { data: out, width: keptWidth, height: keptHeight };
};

const isFlat = (data: Uint8Array, start: number, step: number, count: number): boolean => {
  let sum = 0;
  let squares = 0;
  for (let i = 0, at = start; i < count; i++, at += step) {
    const value = data[at]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean));
  return deviation < FLAT_DEVIATION && (mean < NEARLY_BLACK || mean > NEARLY_WHITE);
};
