import { expect, test } from 'vitest';
import { COLOURS, INK, PAPER, styleOf } from '../../../src/core/drawing/palette.ts';

/** Red, green and blue as light, 0..1. */
const linear = (colour: string): readonly [number, number, number] => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return [red, green, blue];
};

const luminance = (colour: string): number => {
  const [red, green, blue] = linear(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** WCAG 2, 1.4.3. */
const contrast = (a: string, b: string): number => {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
};

test.each(COLOURS)(
  'the number on %s can be read, and its line shows on a black background',
  (colour) => {
    expect(contrast(colour, INK)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colour, '#000000')).toBeGreaterThanOrEqual(4.5);
  },
);

test('the dark line shows on white lung and the light line on black', () => {
  expect(contrast(INK, '#ffffff')).toBeGreaterThan(15);
  expect(contrast(PAPER, '#000000')).toBeGreaterThan(15);
});

/** Dichromats' vision: Machado, Oliveira, Fernandes 2009, severity 1. Rows give red, green, blue. */
const BLINDNESS = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

/** CIE 1976 L*a*b* of light under D65. */
const lab = ([red, green, blue]: readonly [number, number, number]): number[] => {
  const f = (t: number): number =>
    t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116;
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
};

test.each(Object.entries(BLINDNESS))('colours are told apart with %s', (_, matrix) => {
  const seen = COLOURS.map((colour) => {
    const light = linear(colour);
    const [red = 0, green = 0, blue = 0] = matrix.map((row) =>
      Math.min(
        1,
        Math.max(
          0,
          row.reduce((sum, part, at) => sum + part * (light[at] ?? 0), 0),
        ),
      ),
    );
    return lab([red, green, blue]);
  });
  for (const [at, one] of seen.entries()) {
    for (const other of seen.slice(at + 1)) {
      // A difference of about 2.3 can just be noticed side by side.
      expect(Math.hypot(...one.map((part, axis) => part - (other[axis] ?? 0)))).toBeGreaterThan(10);
    }
  }
});

test('eighteen boxes look different from one another', () => {
  const styles = Array.from({ length: 18 }, (_, at) => JSON.stringify(styleOf(at + 1)));
  expect(new Set(styles).size).toBe(18);
  expect(styleOf(1).dash).toEqual([]);
});
