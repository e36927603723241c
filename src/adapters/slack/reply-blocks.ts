import type { types } from '@slack/bolt';
import type { TurnId } from '../../core/conversation.ts';
import { ACTIONS } from './actions.ts';
import { quietMrkdwn, quietText } from './quiet-text.ts';
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
): { readonly text: string; readonly blocks: readonly Block[] } => ({
  text: fallbackText(content.text),
  blocks: [textBlock(content.text), ...endBlocks(turn, content)],
});

/** What notifications and screen readers get. An edit takes 4,000 characters, and marks may be written as five. */
const fallbackText = (text: string): string => {
  const whole = quietMrkdwn(text);
  return (whole.length <= FALLBACK_LIMIT ? whole : `${quietMrkdwn(text.slice(0, 700))}…`) || ' ';
};

/** What a reply's words are followed by. */
export const endBlocks = (turn: TurnId, { notices, footer }: TextContent): readonly Block[] => [
  ...(notices.length === 0 ? [] : [noticeBlock(notices)]),
  ...footerBlocks(turn, footer),
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

const footerBlocks = (turn: TurnId, footer: Footer): readonly Block[] => {
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
              button(`${ACTIONS.choose}:${code}`, text, turn),
            ),
            button(`${ACTIONS.choose}:leave`, 'Leave it', turn),
          ],
        },
      ];
    case 'finished':
      return footer.read ? finishedBlocks(turn, footer.boxes) : [];
  }
};

const finishedBlocks = (turn: TurnId, boxes: readonly number[]): readonly Block[] => [
  {
    type: 'actions',
    elements: [
      button(ACTIONS.report, 'Report', turn),
      button(ACTIONS.abnormalities, 'Abnormalities', turn),
      ...(boxes.length === 0 ? [] : [button(ACTIONS.zoom, 'Zoom', turn)]),
      ...(boxes.length === 0
        ? []
        : [button(ACTIONS.wrongPlace, 'Wrong place', `${turn} ${boxes.join(',')}`)]),
      button(ACTIONS.forget, 'Forget', turn),
    ],
  },
  {
    type: 'context_actions',
    elements: [
      {
        type: 'feedback_buttons',
        action_id: ACTIONS.feedback,
        positive_button: { text: plain('Right'), value: `right ${turn}` },
        negative_button: { text: plain('Wrong finding'), value: `wrong-finding ${turn}` },
      },
    ],
  },
];

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
