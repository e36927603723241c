import type { DataSet } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';
import { numbersOf } from './header.ts';

/** Below this a difference is rounding of what detectors write. */
const SAME_WITHIN = 0.01;
/** Line scanners have pixels of one to two; more is a mistake in the file. */
const MOST_ASPECT = 4;

/** Shades of grey (0 to 255, not rounded), rows top to bottom. */
export type Shades = {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
};

/** Height by width of a pixel, by its spacing or else its aspect ratio. Fails with `picture-damaged`. */
export const readAspect = (elements: DataSet): number => {
  const [vertical, horizontal] = ['x00280030', 'x00181164', 'x00182010', 'x00280034']
    .map((tag) => numbersOf(elements, tag))
    .find(([a = 0, b = 0]) => a > 0 && b > 0) ?? [1, 1];
  const aspect = vertical! / horizontal!;
  if (aspect > MOST_ASPECT || aspect < 1 / MOST_ASPECT) throw new WetreadError('picture-damaged');
  return Math.abs(aspect - 1) < SAME_WITHIN ? 1 : aspect;
};

/** Makes the pixels square by stretching the side that is too short, so that nothing is lost. */
export const squarePixels = (shades: Shades, aspect: number): Shades => {
  if (aspect === 1) return shades;
  const { width, height } = shades;
  return aspect > 1
    ? stretch(shades, { width, height: Math.round(height * aspect) })
    : stretch(shades, { width: Math.round(width / aspect), height });
};

/** Between neighbours by distance, centres of pixels at halves; one of the two sides stays as it is. */
const stretch = (from: Shades, { width, height }: { width: number; height: number }): Shades => {
  const data = new Float32Array(width * height);
  const columns = weigh(from.width, width);
  const rows = weigh(from.height, height);
  let to = 0;
  for (const row of rows) {
    const [upper, lower] = [row.low * from.width, row.high * from.width];
    for (const column of columns) {
      const above = mix(
        from.data[upper + column.low]!,
        from.data[upper + column.high]!,
        column.share,
      );
      const below = mix(
        from.data[lower + column.low]!,
        from.data[lower + column.high]!,
        column.share,
      );
      data[to++] = mix(above, below, row.share);
    }
  }
  return { data, width, height };
};

const mix = (a: number, b: number, share: number): number => a + (b - a) * share;

const weigh = (from: number, to: number): { low: number; high: number; share: number }[] =>
  Array.from({ length: to }, (_, i) => {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const low = Math.floor(at);
    return { low, high: Math.min(low + 1, from - 1), share: at - low };
  });
