import type { Box, Side } from '../film.ts';
import { hasNoSide } from './has-no-side.ts';
import { liesOpposite, sideOf, type Midline } from './midline.ts';
import { sideInWords } from './side-in-words.ts';

export type SideCheck = {
  /** What the box shows; null when it crosses the midline, has no side, or there is no midline. */
  readonly side: Side | null;
  /** false: the words name one side and the box lies on the other. The box is then not to be shown. */
  readonly agrees: boolean;
};

export type SideQuestion = {
  readonly box: Box;
  /** null: the film's midline is not known, so nothing can be said. */
  readonly midline: Midline | null;
  /** What the box is of. */
  readonly label: string;
  /** Where a side may be named, nearest words first: the label, its clause, the question. The first that names one counts. */
  readonly words: readonly string[];
};

/** Compares the side in words with the side of the box. About one answer in sixteen of such models has them apart. */
export const checkSide = ({ box, midline, label, words }: SideQuestion): SideCheck => {
  if (midline === null || hasNoSide(label)) return { side: null, agrees: true };
  const side = sideOf(box, midline);
  const said = words.map(sideInWords).find((found) => found !== null);
  if (said === undefined || said === 'both') return { side, agrees: true };
  return { side, agrees: !liesOpposite(box, midline, said) };
};
