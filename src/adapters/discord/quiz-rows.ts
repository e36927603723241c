import {
  ButtonStyle,
  ComponentType,
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
} from 'discord.js';
import type { TurnId } from '../../core/conversation.ts';
import { cellName, CELLS, GRID_SIDE } from '../../core/teaching/cells.ts';
import { customId } from './actions.ts';

/** What the components of a teaching case are called between Discord and us. */
export const QUIZ = {
  /** Under a reply: a case of its film. */
  open: 'quiz-open',
  words: 'quiz-words',
  grid: 'quiz-grid',
  /** A cell of the grid; `more`: which, 0 to 15. */
  cell: 'quiz-cell',
  region: 'quiz-region',
  normal: 'quiz-normal',
  hint: 'quiz-hint',
  own: 'quiz-own',
  /** `more`: `show` or `hide`. */
  name: 'quiz-name',
  reveal: 'quiz-reveal',
  key: 'quiz-key',
  confirm: 'quiz-confirm',
  correct: 'quiz-correct',
  /** `more`: `keep` or `let-go`. */
  keep: 'quiz-keep',
} as const;

type Row = APIActionRowComponent<APIComponentInMessageActionRow>;
type Button = APIButtonComponentWithCustomId;

/** Whose components these are: the reply that opened the case. */
export type CasePost = { readonly turn: TurnId; readonly part: number };

const buttonOf =
  ({ turn, part }: CasePost) =>
  (action: string, label: string, more = '', style = ButtonStyle.Secondary): Button => ({
    type: ComponentType.Button,
    style: style as ButtonStyle.Secondary,
    custom_id: customId(action, turn, part, more),
    label,
  });

/** Under the case's own post. */
export const caseRows = (post: CasePost, forget: Button): readonly Row[] => {
  const button = buttonOf(post);
  return [
    rowOf(
      button(QUIZ.words, 'Answer in words'),
      button(QUIZ.region, 'By side and zone'),
      button(QUIZ.grid, 'On the grid'),
      button(QUIZ.normal, 'Nothing abnormal'),
    ),
    rowOf(
      button(QUIZ.hint, 'Hint'),
      button(QUIZ.own, 'My answer'),
      button(QUIZ.reveal, 'Reveal'),
      button(QUIZ.key, 'Key (moderators)'),
      forget,
    ),
  ];
};

/** The grid as buttons, for one learner alone: the chosen cells stand out. */
export const gridRows = (post: CasePost, chosen: readonly number[]): readonly Row[] => {
  const button = buttonOf(post);
  const cells = Array.from({ length: CELLS }, (_, cell) =>
    button(
      QUIZ.cell,
      cellName(cell),
      String(cell),
      chosen.includes(cell) ? ButtonStyle.Primary : ButtonStyle.Secondary,
    ),
  );
  return Array.from({ length: CELLS / GRID_SIDE }, (_, row) =>
    rowOf(...cells.slice(row * GRID_SIDE, (row + 1) * GRID_SIDE)),
  );
};

/** Under a learner's own answer. */
export const ownRows = (post: CasePost, named: boolean): readonly Row[] => {
  const button = buttonOf(post);
  return [
    rowOf(
      named
        ? button(QUIZ.name, 'Do not show my name', 'hide')
        : button(QUIZ.name, 'Show my name at the reveal', 'show'),
    ),
  ];
};

/** Under what a moderator is shown. */
export const keyRows = (
  post: CasePost,
  { isOpen, canConfirm, kept }: { isOpen: boolean; canConfirm: boolean; kept: boolean },
): readonly Row[] => {
  const button = buttonOf(post);
  const keep = kept
    ? button(QUIZ.keep, 'Let it expire', 'let-go')
    : button(QUIZ.keep, 'Keep for good', 'keep');
  return [
    rowOf(
      ...(isOpen && canConfirm ? [button(QUIZ.confirm, 'Confirm the reading')] : []),
      ...(isOpen ? [button(QUIZ.correct, 'Write the key')] : []),
      keep,
    ),
  ];
};

const rowOf = (...components: readonly APIComponentInMessageActionRow[]): Row => ({
  type: ComponentType.ActionRow,
  components: [...components],
});
