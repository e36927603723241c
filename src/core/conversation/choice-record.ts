import type { AuditEvent } from '../audit.ts';
import { DAMAGED_STATE } from '../claims.ts';
import { answerIn } from '../intake/mask-words.ts';
import type { Message, TurnId } from '../conversation.ts';
import type { Choice } from '../reply.ts';
import type { Journal } from './journal.ts';
import type { StoredEnding, TurnRecord } from './turn-record.ts';

type Person = Pick<Message, 'author' | 'standing'>;

/**
 * Who posted the film, who asked, or a moderator answers what is asked about it; what was asked in private, whoever asked
 * or posted alone.
 */
export const mayAnswer = (
  { message, filmFrom }: TurnRecord,
  { event }: Extract<StoredEnding, { kind: 'question' }>,
  by: Person,
): boolean =>
  (by.standing === 'moderator' && !event.private) ||
  [message.author, filmFrom?.author].includes(by.author);

/** What is accounted for when somebody has a film read that intake asked about. */
export const auditsOf = ({ id, message, answers }: TurnRecord): readonly AuditEvent[] => {
  if (answers === undefined) return [];
  const { platform, workspace, channel, thread, author } = message;
  const subject = { platform, workspace, channel, thread, author, turn: id };
  const { confirmsMask, film } = answerIn(answers.code);
  const audits: AuditEvent[] = confirmsMask ? [{ kind: 'confirmed-mask', ...subject }] : [];
  if (film === 'read' || film === 'as-is')
    audits.push({ kind: 'overrule', ...subject, choice: film });
  return audits;
};

/** The first answer to a question counts. True also for that very answer once more: it may be delivered twice. */
export const settleChoice = async (
  journal: Journal,
  asked: TurnId,
  { id, code, author }: { readonly id: TurnId; readonly code: string; readonly author: string },
): Promise<boolean> => {
  const answer = JSON.stringify([id, code, author]);
  return (await journal.settle('choice', asked, answer)) === answer;
};

/** The turn that answers a question. */
export const readChoice = async (journal: Journal, asked: TurnId): Promise<TurnId | undefined> => {
  const answer = await journal.settled('choice', asked);
  return answer === undefined || answer === DAMAGED_STATE
    ? undefined
    : (JSON.parse(answer) as [TurnId])[0];
};

/**
 * The turn that answers a question: what was asked at first (`words`), by whoever answers. `by.id`: the message that
 * says so, where it was typed.
 */
export const answerRecord = (
  original: TurnRecord,
  words: string,
  answers: { readonly turn: TurnId; readonly code: Choice['code'] },
  by: Person & { readonly id?: string },
  { id, at }: { readonly id: TurnId; readonly at: number },
): TurnRecord => ({
  id,
  threadKey: original.threadKey,
  message: {
    ...original.message,
    id: by.id ?? original.message.id,
    author: by.author,
    standing: by.standing,
    text: words,
    attachments: [],
    choose: answers.code,
  },
  receivedAt: at,
  notBefore: at,
  answers,
  filmFrom: undefined,
  refused: undefined,
});
