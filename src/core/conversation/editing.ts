import type { MessageReference, TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';
import { QUESTION_LIMIT } from './limits.ts';
import type { OpenTurn } from './open-turn.ts';
import { turnIdOf } from './turn-id.ts';

export type EditingOptions = {
  readonly journal: Journal;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
};

/**
 * Replaces the words of a message that has not begun to be answered. Platforms tell of an edit also when they only add a
 * preview of a link: the same words are no edit. `onWords`: a film without words has some now.
 */
export const editMessage = async (
  { journal, open }: EditingOptions,
  message: MessageReference,
  text: string,
  onWords: (turn: TurnId) => void,
): Promise<void> => {
  const id = turnIdOf(message);
  const record = await journal.message(id);
  if (record === undefined || 'shownIn' in record || text.length > QUESTION_LIMIT) return;
  if ('joins' in record) {
    const { joins, words } = record;
    if (words === undefined || words === text) return;
    if (await isWaiting({ journal, open }, joins))
      await journal.writeTurn(id, { joins, words: text });
    return;
  }
  if (record.message.text === text || record.refused !== undefined) return;
  if (!(await isWaiting({ journal, open }, id))) return;
  const changed = { ...record, message: { ...record.message, text } };
  await journal.writeTurn(id, changed);
  const turn = open.get(id);
  if (turn?.stage === 'waiting') turn.record = changed;
  if (text.trim() !== '') onWords(id);
};

const isWaiting = async ({ journal, open }: EditingOptions, id: TurnId): Promise<boolean> => {
  const turn = open.get(id);
  if (turn !== undefined) return turn.stage === 'waiting';
  return (await journal.state(id)) === 'received';
};
