import type { Message, TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';
import { threadKeyOf } from './thread-key.ts';
import type { OpenTurn } from './open-turn.ts';

export type JoiningOptions = {
  readonly journal: Journal;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Films without words are looked for among so many of the last turns of a line. */
const JOIN_LOOKS = 5;

/** The film without words, of the same author, that still waits for them. */
export const findFilmBefore = async (
  { journal, open, now }: JoiningOptions,
  line: readonly TurnId[],
  { author }: Message,
): Promise<TurnId | undefined> => {
  for (const id of line.slice(-JOIN_LOOKS).reverse()) {
    const record = open.get(id)?.record ?? (await journal.turn(id));
    if (record?.message.author !== author) continue;
    return record.notBefore > now() ? id : undefined;
  }
  return undefined;
};

/** Makes a message's words those of an earlier turn. False: that one has begun to be answered. */
export const joinWords = async (
  { journal }: JoiningOptions,
  message: Message,
  id: TurnId,
  joins: TurnId,
): Promise<boolean> => {
  await Promise.all([
    journal.writeTurn(id, { joins, words: message.text }),
    journal.keepTurn(threadKeyOf(message), id),
  ]);
  return finishJoining({ journal }, id, joins);
};

/** As `joinWords`, of words that are written down: the process may have died since. */
export const finishJoining = async (
  { journal }: Pick<JoiningOptions, 'journal'>,
  id: TurnId,
  joins: TurnId,
): Promise<boolean> => {
  if ((await journal.settle('words', joins, id)) !== id) return false;
  await journal.advance(id, [undefined], 'joined');
  return true;
};
