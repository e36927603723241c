import type { RecentLimits } from './recent.ts';

/** Characters of a question: four pages, more than any question about a film; pasted charts are longer. */
export const QUESTION_LIMIT = 8_000;

/** Films of one message; what the platforms allow at most. */
export const FILMS_LIMIT = 10;

export type ConversationLimits = {
  readonly threads: RecentLimits;
  readonly turns: RecentLimits;
  /** Messages that are recognised when they are delivered once more; a key each. */
  readonly identities: number;
};

const TWELVE_HOURS_MS = 12 * 60 * 60 * 1_000;

export const CONVERSATION_LIMITS: ConversationLimits = {
  /** Threads that are remembered, with their film (a few MB each). */
  threads: { count: 2_000, bytes: 1024 ** 3, ageMs: TWELVE_HOURS_MS },
  /** Turns that can be listened to again. A picture of a large film is 4 MB. */
  turns: { count: 2_000, bytes: 256 * 1024 ** 2, ageMs: TWELVE_HOURS_MS },
  identities: 20_000,
};
