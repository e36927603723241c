const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long a case may be open: shorter nobody can answer; longer a class has forgotten it. */
export const LEAST_OPEN_MS = MINUTE_MS;
export const MOST_OPEN_DAYS = 7;
export const MOST_OPEN_MS = MOST_OPEN_DAYS * DAY_MS;

/** A case that a moderator keeps: a hundred years stand for ever, as the stores want a time. */
export const KEPT_MS = 36_525 * DAY_MS;

/** Characters of a name at a reveal; Discord's own limit for one. */
export const LONGEST_NAME = 32;

/** How often a reveal that fails is begun anew: after that a person has to ask for it again. */
export const MOST_REVEALS = 5;

/** Until a forgotten case's marks of it are gone, so that what is on its way for it finds it forgotten. */
export const FORGOTTEN_MS = DAY_MS;

export type CaseLimits = {
  /** A case from its reveal on, with everything of it. */
  readonly retentionMs: number;
  /** How often reveals that another process was asked for are looked for. */
  readonly lookMs: number;
  /** A reading that failed and may not fail again is tried again after this. */
  readonly readAgainMs: number;
};

export const CASE_LIMITS: CaseLimits = {
  retentionMs: 30 * DAY_MS,
  lookMs: 15_000,
  readAgainMs: 10_000,
};
