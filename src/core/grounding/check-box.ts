import type { Box } from '../film.ts';
import type { PlaceFault } from './place.ts';

/**
 * How far outside the picture a coordinate may be and still be drawn, at the edge. Models write two decimals, so
 * rounding is 0.005; a box that hangs over the edge by a hundredth or two is a box at the edge, more is a wrong box.
 */
const OVERHANG = 0.02;

/**
 * Four numbers as the model wrote them, checked and as parts of the film.
 * `scale` is the number that stands for the far edge: 1 for RadVLM, 1000 for models that count in thousandths.
 */
export const checkBox = (numbers: readonly number[], scale: number): Box | PlaceFault => {
  const parts = numbers.map((number) => number / scale);
  if (parts.length !== 4 || !parts.every((part) => part >= -OVERHANG && part <= 1 + OVERHANG)) {
    return 'outside';
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = parts.map((part) => Math.min(1, Math.max(0, part)));
  if (x1 > x2 || y1 > y2) return 'not-ordered';
  if (x1 === x2 || y1 === y2) return 'empty';
  return [x1, y1, x2, y2];
};
