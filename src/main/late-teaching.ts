import type { TeachingCases } from '../core/teaching-case.ts';

export type LateTeachingOptions = {
  /** Fails while they are not there. */
  readonly find: () => TeachingCases;
  /** Waits until they are there; fails when the signal aborts. */
  readonly whenThere: (signal: AbortSignal) => Promise<TeachingCases>;
};

/** Teaching cases that ways in can be given before they are there, as `lateConversation` is. */
export const lateTeaching = ({ find, whenThere }: LateTeachingOptions): TeachingCases => ({
  openedBy: async (turn) => find().openedBy(turn),
  find: async (id) => find().find(id),
  answer: async (id, by, answer) => find().answer(id, by, answer),
  own: async (id, by) => find().own(id, by),
  showName: async (id, by, name) => find().showName(id, by, name),
  hint: async (id, by) => find().hint(id, by),
  hidden: async (id, by) => find().hidden(id, by),
  hiddenPicture: async (id, by) => find().hiddenPicture(id, by),
  confirm: async (id, by) => find().confirm(id, by),
  correct: async (id, by, keyText) => find().correct(id, by, keyText),
  keep: async (id, by, kept) => find().keep(id, by, kept),
  reveal: async (id, by) => find().reveal(id, by),
  due: async function* (platform, signal) {
    yield* (await whenThere(signal)).due(platform, signal);
  },
});
