import type { Conversation, TurnId } from '../../core/conversation.ts';
import type { Notice, Reply, ReplyEvent } from '../../core/reply.ts';

type EventOf<Type extends ReplyEvent['type']> = Extract<ReplyEvent, { type: Type }>;

/** How a turn ended, with every notice it gave. */
export type TurnOutcome = {
  readonly notices: readonly Notice[];
  readonly last:
    | { readonly type: 'end'; readonly reply: Reply }
    | EventOf<'choices'>
    | EventOf<'error'>;
};

/** Hands every event to `show` and resolves to how the turn ended. */
export const followTurn = async (
  conversation: Conversation,
  turn: TurnId,
  show: (event: ReplyEvent) => void,
): Promise<TurnOutcome> => {
  const notices: Notice[] = [];
  for await (const event of conversation.events(turn, new AbortController().signal)) {
    show(event);
    if (event.type === 'notice') notices.push({ code: event.code, text: event.text });
    if (event.type === 'end' || event.type === 'choices' || event.type === 'error')
      return { notices, last: event };
  }
  throw new Error('a turn ended without its last event');
};
