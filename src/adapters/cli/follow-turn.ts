import type { Conversation, Message, TurnId } from '../../core/conversation.ts';
import type { Notice, Reply, ReplyEvent } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';

type EventOf<Type extends ReplyEvent['type']> = Extract<ReplyEvent, { type: Type }>;

/** How a turn ended, with every notice it gave. */
export type TurnOutcome = {
  readonly notices: readonly Notice[];
  readonly last:
    | { readonly type: 'end'; readonly reply: Reply }
    | EventOf<'choices'>
    | EventOf<'error'>;
};

/** Takes what the user of this terminal says, who is always answered. */
export const takeFrom = async (conversation: Conversation, message: Message): Promise<TurnId> => {
  const turn = await conversation.take(message);
  if (turn === undefined) throw new WetreadError('not-allowed');
  return turn;
};

/** Hands every event to `show`, reports that the terminal has the reply, and resolves to how the turn ended. */
export const followTurn = async (
  conversation: Conversation,
  turn: TurnId,
  show: (event: ReplyEvent) => void,
): Promise<TurnOutcome> => {
  const notices: Notice[] = [];
  let begun = false;
  for await (const event of conversation.events(turn, new AbortController().signal)) {
    show(event);
    if (!begun && event.type !== 'status') {
      begun = true;
      // What stands on a terminal is one part, and cannot be edited or taken back.
      await conversation.begun(turn, 0, turn);
    }
    if (event.type === 'notice') notices.push({ code: event.code, text: event.text });
    if (event.type === 'end' || event.type === 'choices' || event.type === 'error') {
      await conversation.delivered(turn);
      return { notices, last: event };
    }
  }
  throw new Error('a turn ended without its last event');
};
