import type { types } from '@slack/bolt';
import type { TurnId } from '../../core/conversation.ts';
import type { Abilities } from './abilities.ts';
import { ACTIONS } from './actions.ts';
import { quietText } from '../quiet-text.ts';
import { quietMrkdwn } from './quiet-mrkdwn.ts';
import type { Footer, TextContent } from './reply-content.ts';

type Block = types.AnyBlock;
type Button = types.Button;

/** Characters of a label on a button; Slack takes 75. */
const LABEL_LIMIT = 70;

const FALLBACK_LIMIT = 3_900;

/** A text of a reply as Slack takes it: posted, or as an edit. */
export const messageOf = (
  turn: TurnId,
  content: TextContent,
  abilities: Abilities,
): { readonly text: string; readonly blocks: readonly Block[] } => ({
  text: fallbackText(content.text),
  blocks: [textBlock(content.text), ...endBlocks(turn, content, abilities)],
});

/** What notifications and screen readers get. An edit takes 4,000 characters, and marks may be written as five. */
const fallbackText = (text: string): string => {
  const whole = quietMrkdwn(text);
  return (whole.length <= FALLBACK_LIMIT ? whole : `${quietMrkdwn(text.slice(0, 700))}…`) || ' ';
};

/** What a reply's words are followed by. */
export const endBlocks = (
  turn: TurnId,
  { notices, footer }: TextContent,
  abilities: Abilities,
): readonly Block[] => [
  ...(notices.length === 0 ? [] : [noticeBlock(notices)]),
  ...footerBlocks(turn, footer, abilities),
];

/** Plain text is shown as it is written: nothing in it pings, links or is formatted. */
const textBlock = (text: string): Block => ({
  type: 'section',
  text: { type: 'plain_text', text: quietText(text) || ' ', emoji: false },
  expand: true,
});

const noticeBlock = (notices: readonly string[]): Block => ({
  type: 'context',
  // A context holds ten elements of 3,000 characters at most; the notices of a reply are a few sentences.
  elements: [
    { type: 'plain_text', text: quietText(notices.join(' ')).slice(0, 2_900), emoji: false },
  ],
});

const footerBlocks = (turn: TurnId, footer: Footer, abilities: Abilities): readonly Block[] => {
  switch (footer.kind) {
    case 'none':
      return [];
    case 'working':
      return [{ type: 'actions', elements: [button(ACTIONS.stop, 'Stop', turn)] }];
    case 'question':
      return [
        {
          type: 'actions',
          elements: [
            ...footer.options.map(({ code, text }) =>
              button(`${ACTIONS.choose}:${code}`, text, valueOf(turn, footer.place)),
            ),
            button(`${ACTIONS.choose}:leave`, 'Leave it', valueOf(turn, footer.place)),
          ],
        },
      ];
    case 'finished':
      return footer.read ? [taskButtons(turn, footer.boxes), feedbackButtons(turn, abilities)] : [];
  }
};

const valueOf = (turn: TurnId, place: string | undefined): string =>
  place === undefined ? turn : `${turn} ${place}`;

const taskButtons = (turn: TurnId, boxes: readonly number[]): Block => ({
  type: 'actions',
  elements: [
    button(ACTIONS.report, 'Report', turn),
    button(ACTIONS.abnormalities, 'Abnormalities', turn),
    ...(boxes.length === 0
      ? []
      : [
          button(ACTIONS.zoom, 'Zoom', turn),
          button(ACTIONS.wrongPlace, 'Wrong place', `${turn} ${boxes.join(',')}`),
        ]),
    button(ACTIONS.forget, 'Forget', turn),
  ],
});

const feedbackButtons = (turn: TurnId, abilities: Abilities): Block => {
  const right = { label: 'Right', value: `right ${turn}` };
  const wrong = { label: 'Wrong finding', value: `wrong-finding ${turn}` };
  const { feedback } = ACTIONS;
  if (!abilities.feedbackButtons)
    return {
      type: 'actions',
      elements: [
        button(`${feedback}:right`, right.label, right.value),
        button(`${feedback}:wrong`, wrong.label, wrong.value),
      ],
    };
  return {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: feedback,
        positive_button: { text: plain(right.label), value: right.value },
        negative_button: { text: plain(wrong.label), value: wrong.value },
      },
    ],
  };
};

const button = (action: string, label: string, value: string): Button => ({
  type: 'button',
  action_id: action,
  text: plain(label),
  value,
});

const plain = (text: string): types.PlainTextElement => ({
  type: 'plain_text',
  text: quietText(text).slice(0, LABEL_LIMIT),
  emoji: false,
});
