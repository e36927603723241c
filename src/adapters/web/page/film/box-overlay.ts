import type { Box, NumberedBox } from '../../../../core/film.ts';
import { boxName, boxWords, colourOf } from '../words/box-words.ts';
import type { StageEvents } from './film-stage.ts';

export type BoxOverlay = {
  readonly number: number;
  readonly box: Box;
  readonly element: HTMLButtonElement;
};

/** A box over the film: a frame with its number, and a button for the keyboard. */
export const createBoxOverlay = (
  box: NumberedBox,
  { onPoint, onPress }: Pick<StageEvents, 'onPoint' | 'onPress'>,
): BoxOverlay => {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'box';
  element.dataset['colour'] = colourOf(box.number);
  element.setAttribute('aria-label', boxName(box));
  const chip = document.createElement('span');
  chip.className = 'chip';
  const label = document.createElement('span');
  label.className = 'label';
  label.textContent = boxWords(box);
  chip.append(`${box.number} `, label);
  element.append(chip);
  element.addEventListener('focus', () => onPoint(box.number));
  element.addEventListener('blur', () => onPoint(undefined));
  element.addEventListener('click', () => onPress(box.number));
  return { number: box.number, box: box.box, element };
};
