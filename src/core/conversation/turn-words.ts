import type { TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';
import type { TurnRecord } from './turn-record.ts';

/** Stands where the id of whoever joined would: nobody may join a turn any more that has begun to be answered. */
const WORDS_CLOSED = 'closed';

/** The turn's words: its own, and those that joined it. */
export const readWords = async (journal: Journal, turn: TurnRecord): Promise<string> => {
  if (!mayBeJoined(turn)) return turn.message.text;
  return together(journal, turn, await journal.settled('words', turn.id));
};

/** As `readWords`; from here on nobody joins. */
export const closeWords = async (journal: Journal, turn: TurnRecord): Promise<string> => {
  if (!mayBeJoined(turn)) return turn.message.text;
  return together(journal, turn, await journal.settle('words', turn.id, WORDS_CLOSED));
};

/** Whose words joined the turn's, if anybody's. */
export const readJoiner = async (journal: Journal, id: TurnId): Promise<TurnId | undefined> => {
  const joiner = await journal.settled('words', id);
  return joiner === WORDS_CLOSED ? undefined : joiner;
};

/** Only a film without words waits for some. */
const mayBeJoined = ({ notBefore, receivedAt, message }: TurnRecord): boolean =>
  notBefore > receivedAt && message.attachments.length > 0;

const together = async (
  journal: Journal,
  { message }: TurnRecord,
  joiner: string | undefined,
): Promise<string> => {
  if (joiner === undefined || joiner === WORDS_CLOSED) return message.text;
  const more = (await journal.joined(joiner))?.words ?? '';
  return [message.text, more].filter((text) => text.trim() !== '').join('\n');
};
