import type { NumberedBox } from '../film.ts';
import type { StripText, TeachingSheet } from './annotator.ts';
import { chipText, printable, shortened } from './chip-text.ts';

/** Boxes that are named; a screen reader reads the whole sentence before anything can be skipped. */
const MOST_NAMED = 10;
const LONGEST_LABEL = 60;

/** One sentence: what is drawn, for somebody who does not see it. */
export const altText = (
  boxes: readonly NumberedBox[],
  { model, demo, enlarged }: StripText,
): string => {
  const drawn = sayBoxes(boxes);
  const reader = `${demo ? 'the demonstration model ' : ''}${printable(model)}`;
  const film = enlarged === undefined ? 'Chest film' : 'Part of a chest film';
  return `${film} with ${drawn}, a preliminary reading by ${reader}, not for clinical use.`;
};

/** One sentence for the film of a teaching case. */
export const sheetAltText = (
  { key, boxes, legend }: TeachingSheet,
  { model, demo }: StripText,
): string => {
  const grid = 'Chest film of a teaching case under a grid of 4 by 4 cells';
  if (key === undefined) return `${grid}, not read yet, not for clinical use.`;
  const reader =
    key === 'person'
      ? 'the key that a person confirmed'
      : `a preliminary reading by ${demo ? 'the demonstration model ' : ''}${printable(model)} that nobody confirmed`;
  const answers = legend.length === 1 ? 'one answer' : `${legend.length} answers`;
  return `${grid} with ${sayBoxes(boxes)} and ${answers}, ${reader}, not for clinical use.`;
};

const sayBoxes = (boxes: readonly NumberedBox[]): string => {
  const named = boxes
    .slice(0, MOST_NAMED)
    .map((box) => `${box.number} ${shortened(chipText(box) || 'unnamed', LONGEST_LABEL)}`);
  const more = boxes.length - named.length;
  const list = [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const count = boxes.length === 1 ? 'one box' : `${boxes.length} boxes`;
  return boxes.length === 0 ? 'no boxes' : `${count} drawn on it (${list})`;
};
