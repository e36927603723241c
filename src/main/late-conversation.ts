import type { Conversation } from '../core/conversation.ts';

/** A conversation that ways in can be given before it is there; until then `find` fails, and so does what they ask. */
export const lateConversation = (find: () => Conversation): Conversation => ({
  take: async (message) => find().take(message),
  events: async function* (turn, signal) {
    yield* find().events(turn, signal);
  },
  choose: async (turn, code, author) => find().choose(turn, code, author),
  stop: async (turn) => find().stop(turn),
  forget: async (thread) => find().forget(thread),
  close: async (graceMs) => find().close(graceMs),
});
