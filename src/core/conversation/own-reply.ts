import type { Reply, ReplyEvent } from '../reply.ts';

/** A reply in our own words, for which the model was asked nothing; its notices are added on the way out. */
export const ownReply = (question: string, text: string): Reply => ({
  question,
  text,
  raw: '',
  boxes: [],
  notices: [],
  annotated: null,
  exchange: null,
  usage: { promptTokens: 0, cachedTokens: 0, completionTokens: 0 },
  finishReason: 'stop',
});

/** The events of a whole reply, once it is known. */
export function* eventsOf(reply: Reply): Generator<ReplyEvent> {
  if (reply.text !== '') yield { type: 'text-delta', text: reply.text };
  if (reply.annotated !== null) yield { type: 'image', ...reply.annotated };
  for (const notice of reply.notices) yield { type: 'notice', ...notice };
  yield { type: 'end', reply };
}
