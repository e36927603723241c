import type { Box } from '../core/film.ts';

/** "10, 55, 40, 90" in percent; undefined: it is no box. */
export const readTypedBox = (typed: string): Box | undefined => {
  const numbers = typed.split(/[\s,;%]+/).filter((text) => text !== '');
  if (numbers.length !== 4 || !numbers.every((text) => /^\d{1,3}(?:\.\d+)?$/.test(text)))
    return undefined;
  const [left = 0, top = 0, right = 0, bottom = 0] = numbers.map((text) => Number(text) / 100);
  const isBox = left < right && top < bottom && right <= 1 && bottom <= 1;
  return isBox ? [left, top, right, bottom] : undefined;
};
