import { WetreadError } from '../../errors.ts';
import type { Message, TurnId } from '../conversation.ts';
import type { Choice } from '../reply.ts';
import { answerRecord, mayAnswer, settleChoice } from './choice-record.ts';
import type { Journal } from './journal.ts';
import type { Taking } from './taking.ts';
import { answeringTurnIdOf } from './turn-id.ts';
import { readWords } from './turn-words.ts';

export type ChoosingOptions = {
  readonly journal: Journal;
  readonly taking: Taking;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Takes the answer, by a button, to the question that ended a turn. */
export const choose = async (
  { journal, taking, now }: ChoosingOptions,
  asked: TurnId,
  code: Choice['code'],
  by: Pick<Message, 'author' | 'standing'>,
): Promise<TurnId> => {
  const [original, { ending }] = await Promise.all([journal.turn(asked), journal.progress(asked)]);
  if (original === undefined) throw new WetreadError('turn-unknown');
  if (ending?.kind !== 'question') throw new WetreadError('choice-unknown');
  const { options, expiresAt } = ending.event;
  const offered = code === 'leave' || options.some((option) => option.code === code);
  if (!offered || expiresAt <= now()) throw new WetreadError('choice-unknown');
  if (!mayAnswer(original, ending, by)) throw new WetreadError('not-yours');
  const id = answeringTurnIdOf(asked);
  if (!(await settleChoice(journal, asked, { id, code, author: by.author })))
    throw new WetreadError('choice-unknown');
  const words = await readWords(journal, original);
  const record = answerRecord(original, words, { turn: asked, code }, by, { id, at: now() });
  const taken = await taking.takeAnswer(record);
  // The same press once more, when the answer is another process's or delivered.
  if (taken === undefined) throw new WetreadError('choice-unknown');
  return taken;
};
