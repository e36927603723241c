import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APIStringSelectComponent,
  type RawFile,
} from 'discord.js';
import type { TurnId } from '../../core/conversation.ts';
import { ACTIONS, customId } from './actions.ts';
import { caseRows, QUIZ } from './quiz-rows.ts';
import type { Footer, PartContent } from './reply-content.ts';

/** Characters of a button's label; Discord takes 80. */
const LABEL_LIMIT = 80;
/** Discord takes 1,024 characters to describe an attachment. */
const ALT_TEXT_LIMIT = 1_024;
/** Options of a menu. */
const MOST_BOXES = 25;

/** A picture as it is uploaded: perhaps as another kind of file, where the film is too large for the server. */
export type Upload = { readonly bytes: Uint8Array; readonly type: string; readonly ending: string };

export type BodyOptions = {
  readonly turn: TurnId;
  readonly part: number;
  /** Words and picture are shown to whoever asks for them. */
  readonly hidden: boolean;
};

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;

/** A message of a reply as Discord takes it, posted or as an edit: every field, so that an edit leaves nothing behind. */
export const bodyOf = (
  { text, footer, picture }: PartContent,
  upload: Upload | undefined,
  { turn, part, hidden }: BodyOptions,
): { readonly body: Record<string, unknown>; readonly files: readonly RawFile[] } => {
  const isAnswer = footer.kind === 'finished' || footer.kind === 'page';
  const isHidden = hidden && isAnswer;
  const content = isHidden && text !== '' ? `||${text}||` : text;
  const shown = upload === undefined || picture === undefined ? [] : [{ upload, picture }];
  const filename = ({ ending }: Upload): string => `${isHidden ? 'SPOILER_' : ''}wetread.${ending}`;
  return {
    body: {
      content,
      flags: MessageFlags.SuppressEmbeds,
      // Without it an edit would read mentions again.
      allowed_mentions: { parse: [], replied_user: false },
      components: rowsOf(footer, turn, part),
      attachments: shown.map(({ upload: file, picture: { altText } }, id) => ({
        id,
        filename: filename(file),
        description: altText.slice(0, ALT_TEXT_LIMIT),
      })),
    },
    files: shown.map(({ upload: file }) => ({
      name: filename(file),
      data: Buffer.from(file.bytes),
      contentType: file.type,
    })),
  };
};

const rowsOf = (footer: Footer, turn: TurnId, part: number): readonly Row[] => {
  const press = (action: string, label: string, more = ''): APIButtonComponentWithCustomId => ({
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    custom_id: customId(action, turn, part, more),
    label: label.slice(0, LABEL_LIMIT),
  });
  switch (footer.kind) {
    case 'page': {
      const label = footer.of === 0 ? 'Goes on below' : `${part + 1} of ${footer.of}`;
      return [rowOf({ ...press(ACTIONS.page, label), disabled: true })];
    }
    case 'working':
      return [rowOf(press(ACTIONS.stop, 'Stop'))];
    case 'question':
      return [
        rowOf(
          ...footer.options.slice(0, 4).map(({ code, text }) => press(ACTIONS.choose, text, code)),
          press(ACTIONS.choose, 'Leave it', 'leave'),
        ),
      ];
    case 'private-question':
      return [rowOf(press(ACTIONS.show, 'Show it to me', footer.asker))];
    case 'case':
      return caseRows({ turn, part }, press(ACTIONS.forget, 'Forget'));
    case 'finished':
      return finishedRows(footer, press, { turn, part });
  }
};

const finishedRows = (
  { read, boxes }: Extract<Footer, { kind: 'finished' }>,
  press: (action: string, label: string, more?: string) => APIButtonComponentWithCustomId,
  { turn, part }: { readonly turn: TurnId; readonly part: number },
): readonly Row[] => {
  const forget = press(ACTIONS.forget, 'Forget');
  if (!read) return [rowOf(forget)];
  const tasks = [press(ACTIONS.report, 'Report'), press(ACTIONS.abnormalities, 'Abnormalities')];
  const teach = press(QUIZ.open, 'Teaching case');
  const judge = [press(ACTIONS.right, 'Right'), press(ACTIONS.wrongFinding, 'Wrong finding')];
  if (boxes === 0) return [rowOf(...tasks, teach, forget), rowOf(...judge)];
  const wrongPlace = press(ACTIONS.wrongPlace, 'Wrong place', String(boxes));
  const zoom = boxes === 1 ? [press(ACTIONS.zoom, 'Zoom')] : [];
  return [
    rowOf(...tasks, ...zoom, teach, forget),
    ...(boxes === 1 ? [] : [rowOf(boxMenu(boxes, turn, part))]),
    rowOf(...judge, wrongPlace),
  ];
};

/** Which box is looked at more closely. */
const boxMenu = (boxes: number, turn: TurnId, part: number): APIStringSelectComponent => ({
  type: ComponentType.StringSelect,
  custom_id: customId(ACTIONS.box, turn, part),
  placeholder: 'Zoom on a box',
  options: Array.from({ length: Math.min(boxes, MOST_BOXES) }, (_, at) => ({
    label: `Box ${at + 1}`,
    value: String(at + 1),
  })),
});

const rowOf = (...components: readonly APIComponentInMessageActionRow[]): Row => ({
  type: ComponentType.ActionRow,
  components: [...components],
});
