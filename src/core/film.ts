import type { ModelImage } from '../model/model.ts';

/**
 * A film as intake leaves it: the only form in which it is kept, sent, hashed or drawn on.
 * A grey picture stored in three equal channels becomes one channel, so both have one name.
 */
export type Film = ModelImage & {
  /** 1: grey; 3: RGB. */
  readonly channels: 1 | 3;
};

/** [x1, y1, x2, y2], each 0..1 of the film's width or height, origin top left. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** The patient's side; on a frontal film the patient's right is on the left of the picture. */
export type Side = 'right' | 'left';

export type NumberedBox = {
  /** As in the text, "(1)", and on the picture. Counts from 1 within a reply. */
  readonly number: number;
  /** What the box is of, in the model's or the user's words: "pleural effusion". */
  readonly label: string;
  readonly box: Box;
  /** Integers of the film: x1, y1 inclusive, x2, y2 exclusive. */
  readonly pixels: Box;
  /** null: crosses the film's midline, or a structure that has no side. */
  readonly side: Side | null;
  /** The sentence of the reply's text that the box belongs to. */
  readonly sentence: string;
};
