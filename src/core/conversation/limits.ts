/** Characters of a question: four pages, more than any question about a film; pasted charts are longer. */
export const QUESTION_LIMIT = 8_000;

/** Films of one message; what the platforms allow at most. */
export const FILMS_LIMIT = 10;

/** How often answering a turn is begun before it is given up: a crash or two is bad luck, five are the turn's own doing. */
export const MOST_TRIES = 5;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A late redelivery of a forgotten message is not answered for so long; platforms give up within hours. */
export const TOMBSTONE_MS = DAY_MS;

/** A question with choices closes when nobody answers it. */
export const QUESTION_MS = HOUR_MS;

export type ConversationLimits = {
  readonly retention: {
    /** Films and pictures, from their last use on. */
    readonly filmsMs: number;
    /** What was said and answered, from the thread's last turn on. */
    readonly turnsMs: number;
    readonly feedbackMs: number;
  };
  readonly timings: {
    /** How long a process that died holds what it held. */
    readonly leaseMs: number;
    /** Three renewals fit into a lease, so that one may fail. */
    readonly renewMs: number;
    /** Who waits behind another process's turn looks again after this. */
    readonly lookAgainMs: number;
    /** How often turns that a dead process left are looked for. */
    readonly recoverMs: number;
    /** How soon a turn that runs here is stopped from another process. */
    readonly heedMs: number;
    /** A film without words waits so long for its author's next message. */
    readonly joinMs: number;
    /** What a film's bytes may take to come. */
    readonly fetchMs: number;
    /** How often threads are looked through for films that are past their time. */
    readonly expireMs: number;
  };
};

export const CONVERSATION_LIMITS: ConversationLimits = {
  retention: { filmsMs: 12 * HOUR_MS, turnsMs: 30 * DAY_MS, feedbackMs: 30 * DAY_MS },
  timings: {
    leaseMs: 30 * SECOND_MS,
    renewMs: 10 * SECOND_MS,
    lookAgainMs: 500,
    recoverMs: 15 * SECOND_MS,
    heedMs: SECOND_MS,
    joinMs: 5 * SECOND_MS,
    fetchMs: MINUTE_MS,
    expireMs: HOUR_MS,
  },
};
