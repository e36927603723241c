import { z } from 'zod';
import type { types } from '@slack/bolt';
import type { Feedback, TurnId } from '../../core/conversation.ts';
import { WRONG_PLACE_VIEW } from './actions.ts';
import { readTypedBox } from '../typed-box.ts';
import type { viewBody } from './wire.ts';

type Subject = {
  readonly turn: TurnId;
  readonly boxes: readonly number[];
  readonly channel: string;
  readonly thread: string;
};

const BOX = 'box';
const PLACE = 'place';
/** Boxes that a menu can hold. */
const MOST_BOXES = 100;

/** Comes back with the modal. */
const subjectSchema = z.object({ turn: z.string(), channel: z.string(), thread: z.string() });

/** The modal "wrong place": which box, and, for whoever likes, where it should be. */
export const wrongPlaceView = ({ turn, boxes, channel, thread }: Subject): types.ModalView => {
  const options = boxes.slice(0, MOST_BOXES).map((box) => ({
    text: plain(`Box ${box}`),
    value: String(box),
  }));
  return {
    type: 'modal',
    callback_id: WRONG_PLACE_VIEW,
    private_metadata: JSON.stringify({ turn, channel, thread }),
    title: plain('Wrong place'),
    submit: plain('Send'),
    close: plain('Cancel'),
    blocks: [
      {
        type: 'input',
        block_id: BOX,
        label: plain('Which box is in the wrong place?'),
        element: {
          type: 'static_select',
          action_id: BOX,
          options,
          ...(options[0] === undefined ? {} : { initial_option: options[0] }),
        },
      },
      {
        type: 'input',
        block_id: PLACE,
        optional: true,
        label: plain('Where should it be?'),
        hint: plain(
          'Left, top, right and bottom edge in percent of the film, as it is shown: 10, 55, 40, 90.',
        ),
        element: { type: 'plain_text_input', action_id: PLACE },
      },
    ],
  };
};

export type WrongPlace =
  | { readonly errors: Readonly<Record<string, string>> }
  | {
      readonly turn: TurnId;
      readonly place: { readonly channel: string; readonly thread: string };
      readonly feedback: Feedback;
    };

const selectedSchema = z.object({ selected_option: z.object({ value: z.string() }).nullish() });
const typedSchema = z.object({ value: z.string().nullish() });

export const readWrongPlace = ({
  private_metadata,
  state: { values },
}: z.output<typeof viewBody>['view']): WrongPlace => {
  const { turn, ...place } = subjectSchema.parse(JSON.parse(private_metadata));
  const selected = selectedSchema.safeParse(values[BOX]?.[BOX]).data?.selected_option?.value;
  const typed = typedSchema.safeParse(values[PLACE]?.[PLACE]).data?.value?.trim() ?? '';
  if (selected === undefined) return { errors: { [BOX]: 'Choose the box.' } };
  const corrected = typed === '' ? undefined : readTypedBox(typed);
  if (typed !== '' && corrected === undefined)
    return { errors: { [PLACE]: 'Four numbers from 0 to 100: left, top, right, bottom.' } };
  return { turn, place, feedback: { kind: 'wrong-place', box: Number(selected), corrected } };
};

const plain = (text: string): types.PlainTextElement => ({
  type: 'plain_text',
  text,
  emoji: false,
});
