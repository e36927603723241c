import type { Side } from '../film.ts';

/**
 * Which side words speak of: the patient's, as radiology writes. null: none is named, or it is not the patient's
 * for certain ("on the right of the image" is the patient's left, and models mix the two up).
 */
export const sideInWords = (words: string): Side | 'both' | null => {
  const plain = NOT_A_SIDE.reduce((text, trap) => text.replaceAll(trap, ' '), words);
  if (BOTH.test(plain)) return 'both';
  const right = RIGHT.test(plain);
  const left = LEFT.test(plain);
  if (right && left) return 'both';
  if (right) return 'right';
  return left ? 'left' : null;
};

const RIGHT = /\b(?:right|rt|rul|rml|rll)\b/i;
const LEFT = /\b(?:left|lt|lul|lll|lingula|lingular)\b/i;
const BOTH =
  /\b(?:bilateral|bilaterally|both|either|bibasilar|bibasal|biapical|bihilar|each (?:lung|side))\b/i;

/** "right" and "left" that say nothing of where in the patient something is. */
const NOT_A_SIDE: readonly RegExp[] = [
  // The picture's side, not the patient's.
  /\b(?:right|left)(?:[ -]hand)?(?: side| half| part| edge| corner)? of (?:the|this) (?:image|picture|film|photo|screen|x-ray|radiograph)\b/gi,
  /\b(?:image|picture|screen|viewer)(?:'s)?[ -](?:right|left)\b/gi,
  // The heart's chambers are named for the heart, not for where they lie.
  /\b(?:right|left)[ -](?:sided )?(?:heart(?! border)|cardiac|ventric\w*|atri\w*)\b/gi,
  // English. "On the right at [..]" is a side; "right at the edge" is not.
  /\b(?:all|quite) right\b/gi,
  /(?<!\bthe )\bright (?:away|now|here|there|above|below|behind|next|at|through|angles?)\b/gi,
  /(?<!\bthe )\bleft (?:in place|in situ|alone|unchanged|untreated|as it)\b/gi,
];
