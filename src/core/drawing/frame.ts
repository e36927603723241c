import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '../film.ts';
import { INK, PAPER, type BoxStyle } from './palette.ts';
import { grown, type Rectangle } from './rectangle.ts';
import type { Sizes } from './sizes.ts';

/** The line around a box. */
export type Frame = {
  readonly number: number;
  /** Everything that the line covers, and what it surrounds. */
  readonly outer: Rectangle;
  /** What it surrounds and leaves as it is. */
  readonly inner: Rectangle;
};

/** Frames nearer than this to one another on all four sides would hide each other; tried this many times. */
const MOST_NESTED = 4;
/** The shortest side of a frame in units of its dash pattern, at least: two of the longest dash with their gaps. */
const DASHES_ON_A_SIDE = 15;

/**
 * Frames for boxes, in order. The line runs outside the box, so that it hides nothing of a small finding; at the
 * film's edge there is no outside, and it runs inside. A second box in the same place gets a frame around the first's.
 */
export const framesOf = (
  boxes: readonly { readonly number: number; readonly pixels: Box }[],
  film: { readonly width: number; readonly height: number },
  sizes: Sizes,
): readonly Frame[] => {
  const frames: Frame[] = [];
  for (const { number, pixels } of boxes) {
    let outer = outerOf(pixels, film, sizes.ring, 0);
    for (let nested = 1; nested < MOST_NESTED; nested += 1) {
      const hidden = frames.some((frame) => isNear(frame.outer, outer, sizes.ring));
      if (!hidden) break;
      outer = outerOf(pixels, film, sizes.ring, nested * sizes.ring);
    }
    frames.push({ number, outer, inner: grown(outer, -sizes.ring) });
  }
  return frames;
};

const outerOf = (
  [left, top, right, bottom]: Box,
  film: { readonly width: number; readonly height: number },
  ring: number,
  further: number,
): Rectangle => {
  const [x1, x2] = spanOf(left, right, film.width, ring, further);
  const [y1, y2] = spanOf(top, bottom, film.height, ring, further);
  return { left: x1, top: y1, right: x2, bottom: y2 };
};

/** One axis: at least as much inside as the two lines take, so that a dot's frame has an inside to see. */
const spanOf = (
  from: number,
  to: number,
  limit: number,
  ring: number,
  further: number,
): readonly [from: number, to: number] => {
  const least = 4 * ring;
  const missing = Math.max(0, least - (to - from) - 2 * ring);
  const start = Math.max(0, from - ring - further - Math.ceil(missing / 2));
  const end = Math.min(limit, to + ring + further + Math.floor(missing / 2));
  if (start === 0) return [0, Math.max(end, Math.min(limit, least))];
  return [Math.max(0, Math.min(start, end - least)), end];
};

const isNear = (a: Rectangle, b: Rectangle, distance: number): boolean =>
  Math.abs(a.left - b.left) < distance &&
  Math.abs(a.top - b.top) < distance &&
  Math.abs(a.right - b.right) < distance &&
  Math.abs(a.bottom - b.bottom) < distance;

/** Whole pixels alone, so that nothing beside the line changes. */
export const drawFrame = (
  context: SKRSContext2D,
  { outer }: Frame,
  { colour, dash }: BoxStyle,
  { hairline, casing, stroke }: Sizes,
): void => {
  fillRing(context, outer, hairline, PAPER);
  const dark = grown(outer, -hairline);
  fillRing(context, dark, casing + stroke + casing, INK);
  const coloured = grown(dark, -casing);
  if (dash.length === 0) fillRing(context, coloured, stroke, colour);
  else strokeDashed(context, coloured, stroke, colour, dash);
};

const fillRing = (
  context: SKRSContext2D,
  { left, top, right, bottom }: Rectangle,
  width: number,
  colour: string,
): void => {
  context.fillStyle = colour;
  context.fillRect(left, top, right - left, width);
  context.fillRect(left, bottom - width, right - left, width);
  context.fillRect(left, top + width, width, bottom - top - 2 * width);
  context.fillRect(right - width, top + width, width, bottom - top - 2 * width);
};

const strokeDashed = (
  context: SKRSContext2D,
  { left, top, right, bottom }: Rectangle,
  width: number,
  colour: string,
  dash: readonly number[],
): void => {
  context.strokeStyle = colour;
  context.lineWidth = width;
  // Shorter on a small frame, so that each side still shows some.
  const unit = Math.min(width, Math.min(right - left, bottom - top) / DASHES_ON_A_SIDE);
  context.setLineDash(dash.map((length) => length * unit));
  context.strokeRect(left + width / 2, top + width / 2, right - left - width, bottom - top - width);
  context.setLineDash([]);
};
