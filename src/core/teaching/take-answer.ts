import { WetreadError } from '../../errors.ts';
import { QUESTION_LIMIT } from '../conversation/limits.ts';
import type { TurnId } from '../conversation.ts';
import type { CaseAnswer } from '../teaching-case.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord } from './case-record.ts';
import { CELLS } from './cells.ts';

export type TakenAnswer = {
  readonly author: string;
  readonly answer: CaseAnswer;
  /** Milliseconds since the epoch: when it was given. */
  readonly at: number;
  readonly turn: TurnId | undefined;
};

/**
 * Keeps a learner's answer, in place of an earlier one. The same answer told once more changes nothing, and one that was
 * given before another is not taken for the last. Fails with `case-closed`, `case-seen`, `case-answer`, `question-too-long`.
 */
export const takeAnswer = async (
  { journal }: CaseParts,
  record: CaseRecord,
  { author, answer, at, turn }: TakenAnswer,
): Promise<void> => {
  const checked = checkAnswer(answer);
  const { id } = record;
  if ((await journal.state(id)) !== 'open') throw new WetreadError('case-closed');
  if ((await journal.seenBy(id)).includes(author)) throw new WetreadError('case-seen');
  const [before, hints] = await Promise.all([
    journal.learners.answer(id, author),
    journal.learners.hints(id, author),
  ]);
  if (before !== undefined && before.at > at) return;
  // Told once more after a crash: hints that were taken since do not count against it.
  if (before !== undefined && turn !== undefined && before.turn === turn) return;
  await journal.learners.writeAnswer(record, author, { answer: checked, at, turn, hints });
  // A reveal that began meanwhile may have read the answers already.
  if ((await journal.state(id)) === 'open') return;
  if (before === undefined) await journal.learners.dropAnswer(id, author);
  else await journal.learners.writeAnswer(record, author, before);
  throw new WetreadError('case-closed');
};

const checkAnswer = (answer: CaseAnswer): CaseAnswer => {
  switch (answer.kind) {
    case 'normal':
    case 'region':
      return answer;
    case 'words': {
      const text = answer.text.trim();
      if (text === '') throw new WetreadError('case-answer');
      if (text.length > QUESTION_LIMIT)
        throw new WetreadError('question-too-long', { limit: QUESTION_LIMIT });
      return { kind: 'words', text };
    }
    case 'cells': {
      const cells = [...new Set(answer.cells)].toSorted((a, b) => a - b);
      const isCell = (cell: number): boolean => Number.isInteger(cell) && cell >= 0 && cell < CELLS;
      if (cells.length === 0 || !cells.every(isCell)) throw new WetreadError('case-answer');
      return { kind: 'cells', cells };
    }
  }
};
