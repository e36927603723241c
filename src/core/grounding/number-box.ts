import type { Box, Film, NumberedBox } from '../film.ts';
import { checkSide } from './check-side.ts';
import type { Midline } from './midline.ts';
import type { Place } from './place.ts';

/** A place as a reply and a picture hold it: with its pixels on the film and the side it is on. */
export const numberBox = (
  place: Place,
  film: Pick<Film, 'width' | 'height'>,
  midline: Midline | null,
): NumberedBox => {
  const { number, label, box, sentence } = place;
  const { side } = checkSide({ box, midline, label, words: [] });
  return { number, label, box, pixels: pixelsOf(box, film), side, sentence };
};

/** The nearest pixel edges, at least one pixel wide and high, within the film. */
export const pixelsOf = (box: Box, { width, height }: Pick<Film, 'width' | 'height'>): Box => {
  const x1 = Math.min(width - 1, Math.round(box[0] * width));
  const y1 = Math.min(height - 1, Math.round(box[1] * height));
  const x2 = Math.min(width, Math.max(x1 + 1, Math.round(box[2] * width)));
  const y2 = Math.min(height, Math.max(y1 + 1, Math.round(box[3] * height)));
  return [x1, y1, x2, y2];
};
