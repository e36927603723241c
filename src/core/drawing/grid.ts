import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Film } from '../film.ts';
import { pixelsOf } from '../grounding/number-box.ts';
import { cellBox, cellName, CELLS, GRID_SIDE } from '../teaching/cells.ts';
import type { SheetMark } from './annotator.ts';
import { printable, shortened } from './chip-text.ts';
import { INK, PAPER } from './palette.ts';
import type { Rectangle } from './rectangle.ts';
import type { Sizes } from './sizes.ts';

/** The lines between the cells of a teaching case's film, the cells' names, and who marked what. */
export type Grid = {
  readonly lines: readonly Rectangle[];
  readonly labels: readonly GridLabel[];
  /** Type of the labels. */
  readonly type: number;
};

type GridLabel = {
  readonly text: string;
  readonly area: Rectangle;
  /** An answer, rather than a cell's name. */
  readonly isMark: boolean;
};

/** Names and marks stand back behind the chips. */
const TYPE_SHARE = 0.8;

/** A cell's name stands at its top left and who marked it at its bottom left, away from most of what is looked at. */
export const layOutGrid = (
  film: Pick<Film, 'width' | 'height'>,
  marks: readonly SheetMark[],
  sizes: Sizes,
  measure: (text: string) => number,
): Grid => {
  const type = Math.round(sizes.type * TYPE_SHARE);
  const padding = Math.max(2, Math.round(type * 0.3));
  const height = Math.round(type * 1.4);
  const areaAt = (text: string, left: number, top: number): Rectangle => {
    const width = Math.ceil(measure(text) * TYPE_SHARE) + 2 * padding;
    const x = Math.max(0, Math.min(left, film.width - width));
    return { left: x, top, right: x + width, bottom: top + height };
  };
  const gap = sizes.hairline + padding;
  const names = Array.from({ length: CELLS }, (_, cell) => {
    const [left, top] = pixelsOf(cellBox(cell), film);
    const text = cellName(cell);
    return { text, area: areaAt(text, left + gap, top + gap), isMark: false };
  });
  const bottoms = new Map<string, number>();
  const marked = marks.map(({ text, at }) => {
    const [left, top, right, bottom] = pixelsOf(at, film);
    const words = fitted(printable(text), (right - left - 2 * gap) / TYPE_SHARE, measure);
    // Two marks of one place stand above each other.
    const place = `${left} ${bottom}`;
    const lowest = bottoms.get(place) ?? bottom - gap;
    bottoms.set(place, lowest - height - 1);
    return {
      text: words,
      area: areaAt(words, left + gap, Math.max(top, lowest - height)),
      isMark: true,
    };
  });
  return { lines: linesOf(film, sizes), labels: [...names, ...marked], type };
};

/** Shortened until it is no wider than its cell. */
const fitted = (text: string, width: number, measure: (text: string) => number): string => {
  let words = text;
  while (words.length > 1 && measure(words) > width) words = shortened(text, words.length - 1);
  return words;
};

const linesOf = ({ width, height }: Pick<Film, 'width' | 'height'>, sizes: Sizes): Rectangle[] => {
  const thick = 2 * sizes.hairline;
  const inner = Array.from({ length: GRID_SIDE - 1 }, (_, at) => (at + 1) / GRID_SIDE);
  return [
    ...inner.map((share) => {
      const left = Math.round(share * width) - sizes.hairline;
      return { left, top: 0, right: left + thick, bottom: height };
    }),
    ...inner.map((share) => {
      const top = Math.round(share * height) - sizes.hairline;
      return { left: 0, top, right: width, bottom: top + thick };
    }),
  ];
};

/** Half dark, half light, so that a line shows on white lung and on a black background. */
export const drawGridLines = (
  context: SKRSContext2D,
  { lines }: Grid,
  { hairline }: Sizes,
): void => {
  for (const { left, top, right, bottom } of lines) {
    context.fillStyle = INK;
    context.fillRect(left, top, right - left, bottom - top);
    context.fillStyle = QUIET_LINE;
    if (right - left < bottom - top) context.fillRect(left, top, hairline, bottom - top);
    else context.fillRect(left, top, right - left, hairline);
  }
};

const QUIET_LINE = '#8a929b';
const QUIET = '#aeb6bf';

export const drawGridLabels = (context: SKRSContext2D, { labels }: Grid): void => {
  const ascent = context.measureText('1H').actualBoundingBoxAscent;
  for (const { text, area, isMark } of labels) {
    const { left, top, right, bottom } = area;
    context.fillStyle = isMark ? PAPER : INK;
    context.fillRect(left, top, right - left, bottom - top);
    context.fillStyle = isMark ? INK : QUIET;
    const x = Math.round((left + right - context.measureText(text).width) / 2);
    context.fillText(text, x, Math.round((top + bottom + ascent) / 2));
  }
};
