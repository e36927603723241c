import type { TurnId } from '../conversation.ts';
import { readChoice } from './choice-record.ts';
import type { Journal } from './journal.ts';

/** A turn, and those that answer its questions or have its films. */
export const withAnswers = async (journal: Journal, id: TurnId): Promise<Set<TurnId>> => {
  const turns = new Set<TurnId>();
  let next: TurnId | undefined = id;
  while (next !== undefined && !turns.has(next)) {
    turns.add(next);
    next = (await readChoice(journal, next)) ?? (await journal.turn(next))?.filmsIn;
  }
  return turns;
};
