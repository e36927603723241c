import type { AuditEvent } from '../audit.ts';
import { DAMAGED_STATE } from '../claims.ts';
import type { Message, TurnId } from '../conversation.ts';
import type { Choice } from '../reply.ts';
import type { Journal } from './journal.ts';
import type { TurnRecord } from './turn-record.ts';

type Person = Pick<Message, 'author' | 'standing'>;

/** Who posted the film, who asked, or a moderator answers what is asked about it. */
export const mayAnswer = ({ message, filmFrom }: TurnRecord, by: Person): boolean =>
  by.standing === 'moderator' || [message.author, filmFrom?.author].includes(by.author);

/** What is accounted for when somebody has a film read that intake asked about. */
export const overruleIn = ({ id, message, answers }: TurnRecord): AuditEvent | undefined => {
  if (answers?.code !== 'read' && answers?.code !== 'as-is') return undefined;
  const { platform, workspace, channel, thread, author } = message;
  const place = { platform, workspace, channel, thread };
  return { kind: 'overrule', ...place, author, turn: id, choice: answers.code };
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
