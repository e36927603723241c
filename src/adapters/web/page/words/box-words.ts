import type { NumberedBox } from '../../../../core/film.ts';

/** What a box is of: "right pleural effusion", where the side is not in the label already. */
export const boxWords = ({ label, side }: Pick<NumberedBox, 'label' | 'side'>): string =>
  side === null || new RegExp(`\\b${side}\\b`, 'i').test(label) ? label : `${label}, ${side}`;

/** How many colours the boxes have before they come again; styles/boxes.css has the same ones. */
const COLOURS = 6;

export const colourOf = (number: number): string => String(((number - 1) % COLOURS) + 1);
