import type { TurnId } from '../../core/conversation.ts';
import { answeringTurnIdOf, turnIdOf } from '../../core/conversation/turn-id.ts';
import { WetreadError } from '../../errors.ts';
import { messageReferenceOf } from './web-message.ts';

/**
 * The page names a turn by its own message's id; the answer to a turn's question, by the turn's name and ".answer".
 * Together with the thread a name gives the turn's id, so nothing has to be kept, a reload after a restart finds
 * its turns, and who does not hold the thread (122 random bits) cannot name one of them.
 */
const NAME = /^(?<message>[\w-]{8,64})(?<answers>(?:\.answer){0,9})$/;

/** Fails with `turn-unknown` when it is no name. */
export const turnNamed = (thread: string, name: string): TurnId => {
  const { message, answers } = NAME.exec(name)?.groups ?? {};
  if (message === undefined || answers === undefined) throw new WetreadError('turn-unknown');
  const steps = answers.length / ANSWER.length;
  let turn = turnIdOf(messageReferenceOf(thread, message));
  for (let step = 0; step < steps; step += 1) turn = answeringTurnIdOf(turn);
  return turn;
};

const ANSWER = '.answer';

export const answerName = (name: string): string => `${name}${ANSWER}`;
