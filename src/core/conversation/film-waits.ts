import type { Journal } from './journal.ts';
import { filmNumbered, type ThreadRecord } from './thread-record.ts';

/** Whether a question about a later film than the current one is open: who asks something may mean that film. */
export const filmWaits = async (
  journal: Journal,
  threadKey: string,
  thread: ThreadRecord,
): Promise<boolean> => {
  const question = await journal.openQuestion(threadKey);
  if (question === undefined) return false;
  const current = filmNumbered(thread, thread.currentFilm);
  if (current === undefined) return true;
  const [asked, shown] = await Promise.all([
    journal.turn(question.turn),
    journal.turn(current.turn),
  ]);
  return asked !== undefined && (shown === undefined || shown.receivedAt < asked.receivedAt);
};
