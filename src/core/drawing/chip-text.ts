import type { NumberedBox } from '../film.ts';
import { sideInWords } from '../grounding/side-in-words.ts';

/** A label longer than this says more than a chip can. Characters. */
const LONGEST_LABEL = 60;

/** What a chip says behind its number: the label, with the box's side in words where the label names none. */
export const chipText = ({ label, side }: Pick<NumberedBox, 'label' | 'side'>): string => {
  const words = printable(label);
  if (words === '' || side === null || sideInWords(words) !== null)
    return shortened(words, LONGEST_LABEL);
  return shortened(`${side} ${words}`, LONGEST_LABEL);
};

/**
 * What the shipped font has: Latin letters, digits, punctuation. Anything else would be drawn with whatever font the
 * machine has, or as an empty square; marks that turn the writing's direction could make a label say another.
 */
export const printable = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[^\u0020-\u007e\u00a1-\u017f\u2010-\u2014\u2018-\u201d\u2026]/g, ' ')
    .replaceAll(/ +/g, ' ')
    .trim();

/** Cut at a word where that leaves most of it, with an ellipsis. `longest` counts the ellipsis. */
export const shortened = (text: string, longest: number): string => {
  if (text.length <= longest) return text;
  const cut = text.slice(0, Math.max(1, longest - 1));
  const word = cut.lastIndexOf(' ');
  const words = word > longest / 2 ? cut.slice(0, word) : cut;
  return `${words.replace(DANGLING, '').trimEnd()}…`;
};

/** "nodule in the" is cut to "nodule". */
const DANGLING = /(?: (?:a|an|and|at|in|of|on|the))+ ?$/;
