import type { Frame } from './frame.ts';
import { areaOf, grown, holds, overlapOf, type Rectangle } from './rectangle.ts';
import { shortened } from './chip-text.ts';
import type { Sizes } from './sizes.ts';

/** A number and perhaps a label, beside or in its frame. Chips never cover each other and never leave the film. */
export type Chip = {
  readonly number: number;
  /** '' when only the number found room. */
  readonly label: string;
  readonly area: Rectangle;
  /** Where the label begins; the number's cell is left of it. */
  readonly labelLeft: number;
  /** A line to the frame, when the chip does not touch it. */
  readonly leader: Leader | null;
};

export type Leader = { readonly from: Point; readonly to: Point };
type Point = { readonly x: number; readonly y: number };

export type ChipRequest = {
  readonly frames: readonly Frame[];
  /** By number; '' for none. */
  readonly labels: ReadonlyMap<number, string>;
  readonly film: { readonly width: number; readonly height: number };
  readonly sizes: Sizes;
  /** Where no chip may go. */
  readonly occupied: readonly Rectangle[];
  /** Width in pixels of text in the chips' type. */
  readonly measure: (text: string) => number;
};

/** Above this many boxes their labels would hide the film: numbers alone. */
const MOST_LABELLED = 16;
/** Lengths of a label that are tried, and what choosing a shorter one costs. */
const LENGTHS = [
  { longest: 60, cost: 0 },
  { longest: 26, cost: 0.3 },
  { longest: 16, cost: 0.6 },
  { longest: 0, cost: 1.2 },
] as const;
/** A label wider than this share of the film is shortened. */
const WIDEST = 0.62;
/** What it costs to cover a whole box, half as much for its own; to cover a frame; to stand apart from the box. */
const COVER_BOX = 12;
const COVER_OWN_BOX = 6;
const COVER_FRAME = 1.5;
const APART = 1;
/** Beside a box a chip reaches towards the other lung, where it would seem to speak of that. */
const BESIDE = 0.25;
const DISTANCE = 3;
/** A place beside the box as good as this is taken without looking for one apart from it. */
const GOOD_ENOUGH = 0.8;
/** Pixels between chips, in line widths of the hairline. */
const GAP = 2;

/** null when even numbers alone do not all find room at this size of type. */
export const placeChips = (request: ChipRequest): readonly Chip[] | null => {
  const placed: Chip[] = [];
  const labelled = request.frames.length <= MOST_LABELLED;
  for (const frame of request.frames) {
    const chip = bestChip(frame, labelled, placed, request);
    if (chip === null) return null;
    placed.push(chip);
  }
  return placed;
};

const bestChip = (
  frame: Frame,
  labelled: boolean,
  placed: readonly Chip[],
  request: ChipRequest,
): Chip | null => {
  const texts = textsFor(request.labels.get(frame.number) ?? '', labelled, request);
  const cheapest = (start: Choice | null, candidatesOf: CandidatesOf): Choice | null => {
    let best = start;
    for (const { label, cost } of texts) {
      const size = sizeOf(frame.number, label, request);
      for (const candidate of candidatesOf(frame, size, request.film)) {
        const { area } = candidate;
        const least = cost + candidate.cost;
        // What it hides only adds to that, and is dear to find out.
        if (best !== null && least >= best.cost) continue;
        const total = least + coverCost(area, frame, request.frames);
        if (best !== null && total >= best.cost) continue;
        if (isFree(area, placed, request)) best = { label, size, candidate, cost: total };
      }
    }
    return best;
  };
  const beside = cheapest(null, attached);
  const best = beside === null || beside.cost > GOOD_ENOUGH ? cheapest(beside, anywhere) : beside;
  if (best === null) return null;
  const { area, apart } = best.candidate;
  return {
    number: frame.number,
    label: best.label,
    area,
    labelLeft: area.left + best.size.numberWidth,
    leader: apart ? leaderOf(area, frame.outer) : null,
  };
};

type Choice = {
  readonly label: string;
  readonly size: Size;
  readonly candidate: Candidate;
  readonly cost: number;
};

type CandidatesOf = (frame: Frame, size: Size, film: ChipRequest['film']) => Iterable<Candidate>;

const textsFor = (
  label: string,
  labelled: boolean,
  { film, measure }: ChipRequest,
): readonly { label: string; cost: number }[] => {
  if (!labelled || label === '') return [{ label: '', cost: 0 }];
  const texts = LENGTHS.map(({ longest, cost }) => ({
    label: longest === 0 ? '' : shortened(label, longest),
    cost,
  }));
  return texts.filter(
    (text, at) => text.label !== texts[at - 1]?.label && measure(text.label) <= WIDEST * film.width,
  );
};

type Size = { readonly width: number; readonly height: number; readonly numberWidth: number };

const sizeOf = (number: number, label: string, { sizes, measure }: ChipRequest): Size => {
  const { chipHeight, chipPadding } = sizes;
  const numberWidth = Math.max(
    Math.ceil(measure(String(number))) + 2 * chipPadding,
    Math.round(chipHeight * 0.9),
  );
  const labelWidth = label === '' ? 0 : Math.ceil(measure(label)) + 2 * chipPadding;
  return { width: numberWidth + labelWidth, height: chipHeight, numberWidth };
};

type Candidate = { readonly area: Rectangle; readonly cost: number; readonly apart: boolean };

/** Above, below, inside, beside: touching the frame, moved along it to stay in the film. Each with its cost. */
const attached = (
  { outer, inner }: Frame,
  { width, height }: Size,
  film: ChipRequest['film'],
): Candidate[] => {
  const alongX = (x: number): number => Math.max(0, Math.min(film.width - width, x));
  const alongY = (y: number): number => Math.max(0, Math.min(film.height - height, y));
  const spots = [
    [alongX(outer.left), outer.top - height, 0],
    [alongX(outer.right - width), outer.top - height, 0.02],
    [alongX(outer.left), outer.bottom, 0.04],
    [alongX(outer.right - width), outer.bottom, 0.06],
    [inner.left, inner.top, 0.16],
    [inner.right - width, inner.top, 0.18],
    [inner.left, inner.bottom - height, 0.2],
    [inner.right - width, inner.bottom - height, 0.22],
    [outer.right, alongY(outer.top), BESIDE],
    [outer.left - width, alongY(outer.top), BESIDE],
    [outer.right, alongY(outer.bottom - height), BESIDE],
    [outer.left - width, alongY(outer.bottom - height), BESIDE],
  ] as const;
  return spots.map(([left, top, cost]) => ({
    area: { left, top, right: left + width, bottom: top + height },
    cost,
    apart: false,
  }));
};

/** A grid over the whole film, with a leader line to the frame. */
const anywhere = function* (
  { outer }: Frame,
  { width, height }: Size,
  film: ChipRequest['film'],
): Generator<Candidate> {
  const diagonal = Math.hypot(film.width, film.height);
  const step = Math.max(2, Math.floor(height / 2));
  for (let top = 0; top + height <= film.height; top += step) {
    for (let left = 0; left + width <= film.width; left += step) {
      const area = { left, top, right: left + width, bottom: top + height };
      const { from, to } = leaderOf(area, outer);
      const distance = Math.hypot(from.x - to.x, from.y - to.y);
      yield { area, cost: APART + (DISTANCE * distance) / diagonal, apart: true };
    }
  }
};

/** What a chip hides: a share of each box, the small ones above all, and of the lines around them. */
const coverCost = (area: Rectangle, own: Frame, frames: readonly Frame[]): number => {
  let cost = 0;
  for (const frame of frames) {
    const covered = overlapOf(area, frame.outer);
    if (covered === 0) continue;
    const inside = overlapOf(area, frame.inner);
    const whole = frame === own ? COVER_OWN_BOX : COVER_BOX;
    cost += (whole * inside) / Math.max(1, areaOf(frame.inner));
    if (frame !== own) cost += (COVER_FRAME * (covered - inside)) / areaOf(area);
  }
  return cost;
};

const isFree = (
  area: Rectangle,
  placed: readonly Chip[],
  { film, sizes, occupied }: ChipRequest,
): boolean => {
  const whole = { left: 0, top: 0, right: film.width, bottom: film.height };
  if (!holds(whole, area)) return false;
  const wider = grown(area, GAP * sizes.hairline);
  return [...placed.map((chip) => chip.area), ...occupied].every(
    (taken) => overlapOf(taken, wider) === 0,
  );
};

/** The shortest line between two rectangles. */
const leaderOf = (chip: Rectangle, frame: Rectangle): Leader => {
  const [fromX, toX] = nearest(chip.left, chip.right, frame.left, frame.right);
  const [fromY, toY] = nearest(chip.top, chip.bottom, frame.top, frame.bottom);
  return { from: { x: fromX, y: fromY }, to: { x: toX, y: toY } };
};

const nearest = (a1: number, a2: number, b1: number, b2: number): readonly [number, number] => {
  if (a2 <= b1) return [a2, b1];
  if (b2 <= a1) return [a1, b2];
  const middle = Math.round((Math.max(a1, b1) + Math.min(a2, b2)) / 2);
  return [middle, middle];
};
