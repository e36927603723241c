import type { Grey } from '../gate/grey.ts';

/** Integers of the picture: x1, y1 inclusive, x2, y2 exclusive; origin top left. */
export type PixelBox = {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
};

/** What a marker that stays says: the side, the view, how the patient was placed, or a time without a date. */
export type MarkerKind = 'side' | 'view' | 'position' | 'time';

/**
 * A place with letters or digits in it, without what they say: words never leave the thread that reads them.
 * `patient-data`: it looks like a name, a date, a number that names somebody. `text`: it says something else, or cannot be
 * read for certain.
 */
export type FoundText = { readonly box: PixelBox } & (
  | { readonly kind: 'marker'; readonly marker: MarkerKind }
  | { readonly kind: 'text' | 'patient-data' }
);

/**
 * Finds what is written into a picture.
 *
 * Covered: printed text in Latin letters and digits, from about 10 pixels of height on, turned by any quarter, as far as
 * docs/privacy.md measures it. Not covered: handwriting, other scripts, text that hardly differs from its ground, text
 * within text (a name inside a marker's line is found as that line), faces.
 */
export type TextGate = {
  /** Fails with `text-gate-failed`: then nothing is known about the picture. */
  find(grey: Grey): Promise<readonly FoundText[]>;
  /** Ends its thread, after what it is at. */
  close(): Promise<void>;
};
