import type { NumberedBox } from '../../../../core/film.ts';

/** What a box is of: "right pleural effusion", where the side is not in the label already. */
export const boxWords = ({ label, side }: Pick<NumberedBox, 'label' | 'side'>): string =>
  side === null || new RegExp(`\\b${side}\\b`, 'i').test(label) ? label : `${label}, ${side}`;

/** What a box is called where it is not seen; what is seen of it is part of that. */
export const boxName = (box: Pick<NumberedBox, 'number' | 'label' | 'side'>): string =>
  `Box ${box.number} ${boxWords(box)}`;

/** How many colours the boxes have before they come again; styles/boxes.css has the same ones. */
const COLOURS = 6;

export const colourOf = (number: number): string => String(((number - 1) % COLOURS) + 1);
