import type { Conversation } from '../core/conversation.ts';

export type LateConversationOptions = {
  /** Fails while it is not there. */
  readonly find: () => Conversation;
  /** Waits until it is there; fails when the signal aborts. */
  readonly whenThere: (signal: AbortSignal) => Promise<Conversation>;
};

/**
 * A conversation that ways in can be given before it is there. Until then what is new fails; what an earlier process
 * has taken, a page that was open or a turn with something left to do, waits for it.
 */
export const lateConversation = ({ find, whenThere }: LateConversationOptions): Conversation => ({
  take: async (message) => find().take(message),
  events: async function* (turn, signal) {
    yield* (await whenThere(signal)).events(turn, signal);
  },
  film: async (turn) => find().film(turn),
  filmReferences: async (turn) => find().filmReferences(turn),
  begun: async (turn, part, id) => find().begun(turn, part, id),
  delivered: async (turn) => find().delivered(turn),
  takenDown: async (turn) => find().takenDown(turn),
  unfinished: async function* (platform, signal) {
    yield* (await whenThere(signal)).unfinished(platform, signal);
  },
  edited: async (message, text) => find().edited(message, text),
  deleted: async (message) => find().deleted(message),
  choose: async (turn, code, by) => find().choose(turn, code, by),
  feedback: async (turn, feedback, author) => find().feedback(turn, feedback, author),
  stop: async (turn) => find().stop(turn),
  forget: async (place) => find().forget(place),
  close: async (graceMs) => find().close(graceMs),
});
