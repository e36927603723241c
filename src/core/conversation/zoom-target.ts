import type { NumberedBox } from '../film.ts';
import { sideInWords } from '../grounding/side-in-words.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import type { Term } from '../profile/profile.ts';
import { findingIn, isPronoun, thingIn } from '../read/recognise.ts';
import { numberIn } from './command.ts';

/** What is to be looked at closer. */
export type ZoomTarget =
  /** Boxes of the last answer. */
  | { readonly kind: 'boxes'; readonly boxes: readonly NumberedBox[] }
  /** A number that no box has. */
  | { readonly kind: 'no-box'; readonly number: number }
  /** To be located first; "it" is for the conversation to tell. */
  | { readonly kind: 'place'; readonly what: string };

const BOX_WORDS = /^(?:the )?(?:box(?:es)?|numbers?|no\.?|marks?|frames?|findings?) (.+)$/;
const ORDINAL_BOX = /^(?:the )?(\S+) (?:box|one|mark|frame)$/;
const ALL_BOXES =
  /^(?:all (?:of )?)?(?:the |these |those )?(?:box(?:es)?|marks?|frames?|them|all)$/;

/**
 * `on`: the words behind "zoom on". `boxes`: those of the last reply about this film; `recent`: that reply was the last
 * thing said, so that they are what "it" is.
 */
export const zoomTarget = (
  on: string,
  boxes: readonly NumberedBox[],
  recent: boolean,
  lexicon: Lexicon,
): ZoomTarget => {
  const numbers = numbersIn(on);
  if (numbers.length > 0) {
    const missing = numbers.find((number) => boxes.every((box) => box.number !== number));
    if (missing !== undefined) return { kind: 'no-box', number: missing };
    return { kind: 'boxes', boxes: boxes.filter(({ number }) => numbers.includes(number)) };
  }
  if (boxes.length > 0 && ((recent && isPronoun(on)) || ALL_BOXES.test(on))) {
    return { kind: 'boxes', boxes };
  }
  const what = thingIn(on);
  const named = boxes.filter((box) => isNamed(box, what, lexicon));
  return named.length > 0 ? { kind: 'boxes', boxes: named } : { kind: 'place', what };
};

/** "box 2", "(2)", "boxes 1 and 3", "the second one". */
const numbersIn = (on: string): readonly number[] => {
  const listed = BOX_WORDS.exec(on)?.[1] ?? ORDINAL_BOX.exec(on)?.[1] ?? on;
  const numbers = listed.split(/,? and |, ?| & /).map((word) => numberIn(word.trim()));
  return numbers.every((number) => number !== undefined) ? numbers : [];
};

/** Whether words name what a box is of, on the side that it is on if they name one. */
const isNamed = (box: NumberedBox, what: string, lexicon: Lexicon): boolean => {
  const side = sideInWords(what);
  if (side !== null && side !== 'both' && side !== (sideInWords(box.label) ?? box.side))
    return false;
  const asked = subjectOf(what, lexicon);
  if (asked === undefined) return what.toLowerCase() === box.label.toLowerCase();
  return asked === subjectOf(box.label, lexicon);
};

/** "Consolidation in the left base" is about the consolidation. */
const subjectOf = (words: string, lexicon: Lexicon): Term | undefined =>
  (findingIn(words, lexicon) ?? lexicon.mentions(words).at(-1))?.term;
