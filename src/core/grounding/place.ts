import type { Box } from '../film.ts';

/** Coordinates in a model's text that stood every check, and the number that stands in their place. */
export type Place = {
  /** Stands in the text as "(1)". */
  readonly number: number;
  /** The noun phrase the coordinates belong to, in the model's words: "small right pleural effusion". Never empty. */
  readonly label: string;
  readonly box: Box;
  /** The sentence of the displayed text that holds the number. */
  readonly sentence: string;
};

/** Why coordinates in a model's text are neither numbered nor drawn. */
export type PlaceFault =
  /** Not numbers that a picture can have, or too far outside the picture to be rounding. */
  | 'outside'
  /** Left of right, or top of bottom, is the wrong way round. */
  | 'not-ordered'
  /** No width or no height. */
  | 'empty'
  /** The answer ended within the coordinates. */
  | 'unfinished'
  /** The same box once more in one list. */
  | 'repeated'
  /** More boxes than a reply may hold. */
  | 'too-many'
  /** The box lies on the other side than the words say. */
  | 'side'
  /** Nothing is to be shown: the model denied the finding, or was never taught to answer this. */
  | 'withheld';

/** Coordinates that were left out of the displayed text, so that the reply can say so. */
export type LeftOut = {
  readonly fault: PlaceFault;
  /** As in `Place`. */
  readonly label: string;
};
