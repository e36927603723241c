import { WetreadError } from '../../errors.ts';
import { commandIn } from './command.ts';
import type { Forgetting } from './forgetting.ts';
import type { OpenTurn } from './open-turn.ts';

/** Obeys a typed "forget", when its turn has come. True: the thread is empty now. Fails with `not-yours`. */
export const obeyForget = async (
  forgetting: Forgetting,
  { id, record }: OpenTurn,
  words: string,
): Promise<boolean> => {
  const { message } = record;
  if (message.attachments.length > 0 || commandIn(words) !== 'forget') return false;
  if (!(await forgetting.mayForget(record))) throw new WetreadError('not-yours');
  await forgetting.forgetThread(message, message.author, id);
  return true;
};
