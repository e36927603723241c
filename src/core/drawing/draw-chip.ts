import type { SKRSContext2D } from '@napi-rs/canvas';
import type { Chip, Leader } from './chips.ts';
import { INK, PAPER } from './palette.ts';
import type { Sizes } from './sizes.ts';

/** The number in black on the box's colour, the label in white on black, a light line around both. */
export const drawChip = (
  context: SKRSContext2D,
  { number, label, area, labelLeft }: Chip,
  colour: string,
  sizes: Sizes,
): void => {
  const { left, top, right, bottom } = area;
  const { hairline, chipPadding } = sizes;
  const baseline = baselineIn(context, top, bottom);
  fill(context, PAPER, left, top, right, bottom);
  fill(context, INK, left + hairline, top + hairline, right - hairline, bottom - hairline);
  const numberRight = label === '' ? right - hairline : labelLeft;
  fill(context, colour, left + hairline, top + hairline, numberRight, bottom - hairline);
  context.fillStyle = INK;
  const digits = String(number);
  const middle = (left + (label === '' ? right : labelLeft)) / 2;
  context.fillText(digits, Math.round(middle - context.measureText(digits).width / 2), baseline);
  if (label === '') return;
  context.fillStyle = PAPER;
  context.fillText(label, labelLeft + chipPadding, baseline);
};

/** Dark under light under colour, as the frame's line. */
export const drawLeader = (
  context: SKRSContext2D,
  { from, to }: Leader,
  colour: string,
  { stroke, casing, hairline }: Sizes,
): void => {
  const width = Math.max(1, Math.round(stroke / 2));
  for (const [style, lineWidth] of [
    [PAPER, width + 2 * casing + 2 * hairline],
    [INK, width + 2 * casing],
    [colour, width],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = lineWidth;
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    context.stroke();
  }
};

/** Centres capitals and digits; the same for every text of this type, so that numbers and labels stand level. */
const baselineIn = (context: SKRSContext2D, top: number, bottom: number): number => {
  const height = context.measureText('1H').actualBoundingBoxAscent;
  return Math.round((top + bottom + height) / 2);
};

const fill = (
  context: SKRSContext2D,
  colour: string,
  left: number,
  top: number,
  right: number,
  bottom: number,
): void => {
  context.fillStyle = colour;
  context.fillRect(left, top, right - left, bottom - top);
};
