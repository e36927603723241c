import type { NumberedBox } from '../film.ts';
import type { StripText } from './annotator.ts';
import { chipText, printable, shortened } from './chip-text.ts';

/** Boxes that are named; a screen reader reads the whole sentence before anything can be skipped. */
const MOST_NAMED = 10;
const LONGEST_LABEL = 60;

/** One sentence: what is drawn, for somebody who does not see it. */
export const altText = (
  boxes: readonly NumberedBox[],
  { model, demo, enlarged }: StripText,
): string => {
  const named = boxes
    .slice(0, MOST_NAMED)
    .map((box) => `${box.number} ${shortened(chipText(box) || 'unnamed', LONGEST_LABEL)}`);
  const more = boxes.length - named.length;
  const list = [...named, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const count = boxes.length === 1 ? 'one box' : `${boxes.length} boxes`;
  const drawn = boxes.length === 0 ? 'no boxes' : `${count} drawn on it (${list})`;
  const reader = `${demo ? 'the demonstration model ' : ''}${printable(model)}`;
  const film = enlarged === undefined ? 'Chest film' : 'Part of a chest film';
  return `${film} with ${drawn}, a preliminary reading by ${reader}, not for clinical use.`;
};
