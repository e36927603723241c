import type { Grey } from '../gate/grey.ts';
import type { PixelBox } from './text-gate.ts';

/**
 * Of films that lie upright, where no lung of the films at hand reaches: shares of height and width from each border.
 * The test holds them to the lung boxes of assets/films.
 */
const MARGINS = { top: 0.06, side: 0.01, bottom: 0.01 } as const;
/** Ground that is as flat as this, and nearly black or white, lies beside the patient. Grey levels. */
const FLAT = 24;
const NEARLY_BLACK = 24;
const NEARLY_WHITE = 231;

/**
 * Whether masking this box may hide a part of the lungs: whatever is not surely beside them may. `upright`: the film is
 * known to lie so.
 */
export const mayCoverLung = (box: PixelBox, film: Grey, upright: boolean): boolean => {
  const top = upright ? MARGINS.top : MARGINS.side;
  const isAtBorder =
    box.y2 <= top * film.height ||
    box.y1 >= (1 - MARGINS.bottom) * film.height ||
    box.x2 <= MARGINS.side * film.width ||
    box.x1 >= (1 - MARGINS.side) * film.width;
  return !isAtBorder && !liesOnFlatGround(box, film);
};

/** All around the box, half its lesser side wide, there is nothing. */
const liesOnFlatGround = ({ x1, y1, x2, y2 }: PixelBox, film: Grey): boolean => {
  const { data, width, height } = film;
  const ring = Math.max(2, Math.ceil(Math.min(x2 - x1, y2 - y1) / 2));
  let least = 255;
  let most = 0;
  for (let y = Math.max(0, y1 - ring); y < Math.min(height, y2 + ring); y++)
    for (let x = Math.max(0, x1 - ring); x < Math.min(width, x2 + ring); x++) {
      if (x >= x1 && x < x2 && y >= y1 && y < y2) continue;
      const value = data[y * width + x]!;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  return most - least <= FLAT && (most <= NEARLY_BLACK || least >= NEARLY_WHITE);
};
