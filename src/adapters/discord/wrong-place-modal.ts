import {
  ComponentType,
  TextInputStyle,
  type APIModalInteractionResponseCallbackData,
  type APIModalSubmission,
} from 'discord.js';
import type { Feedback, TurnId } from '../../core/conversation.ts';
import { readTypedBox } from '../typed-box.ts';
import { ACTIONS, customId } from './actions.ts';

const BOX = 'box';
const PLACE = 'place';
/** Options of a menu. */
const MOST_BOXES = 25;

/** The modal "wrong place": which box, and, for whoever likes, where it should be. */
export const wrongPlaceModal = (
  turn: TurnId,
  boxes: number,
): APIModalInteractionResponseCallbackData => ({
  custom_id: customId(ACTIONS.wrongPlace, turn, 0),
  title: 'Wrong place',
  components: [
    {
      type: ComponentType.Label,
      label: 'Which box is in the wrong place?',
      component: {
        type: ComponentType.StringSelect,
        custom_id: BOX,
        options: Array.from({ length: Math.min(boxes, MOST_BOXES) }, (_, at) => ({
          label: `Box ${at + 1}`,
          value: String(at + 1),
          default: at === 0,
        })),
      },
    },
    {
      type: ComponentType.Label,
      label: 'Where should it be?',
      description: 'Left, top, right, bottom edge in percent of the film as shown: 10, 55, 40, 90.',
      component: {
        type: ComponentType.TextInput,
        custom_id: PLACE,
        style: TextInputStyle.Short,
        required: false,
        max_length: 100,
      },
    },
  ],
});

/** undefined: what was typed is no box. */
export const readWrongPlace = ({ components }: APIModalSubmission): Feedback | undefined => {
  let box = 1;
  let typed = '';
  for (const label of components) {
    if (label.type !== ComponentType.Label) continue;
    const { component } = label;
    if ('values' in component && component.custom_id === BOX) box = Number(component.values[0]);
    if ('value' in component && component.custom_id === PLACE)
      typed = String(component.value).trim();
  }
  const corrected = typed === '' ? undefined : readTypedBox(typed);
  if (typed !== '' && corrected === undefined) return undefined;
  return { kind: 'wrong-place', box: Number.isInteger(box) ? box : 1, corrected };
};
