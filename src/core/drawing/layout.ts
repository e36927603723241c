import type { Film, NumberedBox } from '../film.ts';
import type { StripText, TeachingSheet } from './annotator.ts';
import { chipText } from './chip-text.ts';
import { placeChips, type Chip } from './chips.ts';
import { framesOf, type Frame } from './frame.ts';
import { grown, type Rectangle } from './rectangle.ts';
import { sizesFor, type Sizes } from './sizes.ts';
import { layOutGrid, type Grid } from './grid.ts';
import { layOutStrip, sheetLines, stripLines, type Strip, type StripLine } from './strip.ts';

/** Where everything goes, in pixels of the film; the strip begins at the film's last row. */
export type Layout = {
  readonly sizes: Sizes;
  readonly frames: readonly Frame[];
  readonly chips: readonly Chip[];
  readonly strip: Strip;
  /** Over the film of a teaching case. */
  readonly grid?: Grid;
  /** All that is drawn on: nothing outside these changes. */
  readonly touched: readonly Rectangle[];
};

/** Width in pixels of text in type of a size. */
export type Measure = (text: string, type: number) => number;

/** Sizes of type that are tried until every box has at least its number. */
const SHRINKS = [1, 0.85, 0.7, 0.55, 0.4] as const;

export const layOut = (
  film: Pick<Film, 'width' | 'height'>,
  boxes: readonly NumberedBox[],
  stripText: StripText,
  measure: Measure,
): Layout => {
  const placed = layOutBoxes(film, boxes, measure, []);
  return withStrip(film, placed, stripLines(stripText, legendOf(boxes, placed.chips)), measure);
};

/** A film of a teaching case: chips keep clear of the grid's names and marks. */
export const layOutSheet = (
  film: Pick<Film, 'width' | 'height'>,
  sheet: TeachingSheet,
  stripText: StripText,
  measure: Measure,
): Layout => {
  const sizes = sizesFor(film);
  const grid = layOutGrid(film, sheet.marks, sizes, (text) => measure(text, sizes.type));
  const placed = layOutBoxes(
    film,
    sheet.boxes,
    measure,
    grid.labels.map(({ area }) => area),
  );
  const legend = legendOf(sheet.boxes, placed.chips);
  const layout = withStrip(film, placed, sheetLines(sheet, stripText, legend), measure);
  const touched = [...layout.touched, ...grid.lines, ...grid.labels.map(({ area }) => area)];
  return { ...layout, grid, touched };
};

const withStrip = (
  film: Pick<Film, 'width' | 'height'>,
  { sizes, frames, chips }: Pick<Layout, 'sizes' | 'frames' | 'chips'>,
  lines: readonly StripLine[],
  measure: Measure,
): Layout => {
  const strip = layOutStrip(lines, film.width, sizes.stripType, (text) =>
    measure(text, sizes.stripType),
  );
  const under = {
    left: 0,
    top: film.height,
    right: film.width,
    bottom: film.height + strip.height,
  };
  const touched = [
    ...frames.flatMap(linesOf),
    ...chips.flatMap(({ area, leader }) =>
      leader === null ? [area] : [area, grown(around(leader.from, leader.to), sizes.ring + 1)],
    ),
    under,
  ];
  return { sizes, frames, chips, strip, touched };
};

/** Type shrinks only where a small film has many boxes. */
const layOutBoxes = (
  film: Pick<Film, 'width' | 'height'>,
  boxes: readonly NumberedBox[],
  measure: Measure,
  occupied: readonly Rectangle[],
): Pick<Layout, 'sizes' | 'frames' | 'chips'> => {
  const labels = new Map(boxes.map((box) => [box.number, chipText(box)]));
  for (const shrink of SHRINKS) {
    const sizes = sizesFor(film, shrink);
    const frames = framesOf(boxes, film, sizes);
    const inType = (text: string): number => measure(text, sizes.type);
    const chips = placeChips({ frames, labels, film, sizes, occupied, measure: inType });
    if (chips !== null) return { sizes, frames, chips };
  }
  // A film of a few dozen pixels with dozens of boxes: the strip names them.
  const sizes = sizesFor(film);
  return { sizes, frames: framesOf(boxes, film, sizes), chips: [] };
};

/** Boxes whose chips say less than their label, for the strip: "1, 3 right nodule". */
const legendOf = (boxes: readonly NumberedBox[], chips: readonly Chip[]): readonly string[] => {
  const shown = new Map(chips.map(({ number, label }) => [number, label]));
  const numbers = new Map<string, number[]>();
  for (const box of boxes) {
    const label = chipText(box);
    if (label === shown.get(box.number)) continue;
    numbers.set(label, [...(numbers.get(label) ?? []), box.number]);
  }
  return [...numbers].map(([label, of]) => `${of.join(', ')} ${label}`.trimEnd());
};

/** The four lines of a frame. */
const linesOf = ({ outer, inner }: Frame): readonly Rectangle[] => [
  { ...outer, bottom: inner.top },
  { ...outer, top: inner.bottom },
  { ...outer, right: inner.left },
  { ...outer, left: inner.right },
];

type Point = { readonly x: number; readonly y: number };

const around = (a: Point, b: Point): Rectangle => ({
  left: Math.min(a.x, b.x),
  top: Math.min(a.y, b.y),
  right: Math.max(a.x, b.x),
  bottom: Math.max(a.y, b.y),
});
