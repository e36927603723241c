import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';

/**
 * `limited`: not done, and to be asked again later. `unsure`: it may have been done. `refused`: not done, and it would
 * be refused again.
 */
export type FailureKind = 'limited' | 'unsure' | 'refused';

/** Codes of Discord's that decide what is done next. Source: discord.com/developers/docs/topics/opcodes-and-status-codes. */
export const CODES = {
  unknownChannel: '10003',
  unknownMessage: '10008',
  unknownWebhook: '10015',
  unknownInteraction: '10062',
  oldEdits: '30046',
  tooLarge: '40005',
  acknowledged: '40060',
  noStarterYet: '40058',
  missingAccess: '50001',
  cannotMessageUser: '50007',
  missingPermissions: '50013',
  wrongChannelType: '50024',
  expiredToken: '50027',
  archived: '50083',
  threadExists: '160004',
  threadLocked: '160005',
  tooManyThreads: '160006',
} as const;

/** A call of Discord's API that did not succeed. Stays in this folder: what crosses a seam is a `WetreadError`. */
export class DiscordFailure extends Error {
  override readonly name = 'DiscordFailure';
  /** "POST /channels/:id/messages": without ids and tokens. */
  readonly call: string;
  readonly kind: FailureKind;
  /** Discord's number ("50013"), or one of `http-500`, `no-answer`. */
  readonly code: string;
  /** 0: there was no answer. */
  readonly status: number;

  constructor(call: string, kind: FailureKind, code: string, status = 0) {
    super(`${call}: ${code}`);
    this.call = call;
    this.kind = kind;
    this.code = code;
    this.status = status;
  }
}

export const toDiscordFailure = (call: string, error: unknown): DiscordFailure => {
  if (error instanceof DiscordFailure) return error;
  if (error instanceof RateLimitError) return new DiscordFailure(call, 'limited', 'http-429', 429);
  if (error instanceof DiscordAPIError) {
    const { status } = error;
    const code = /^\d{2,7}$/.test(String(error.code)) ? String(error.code) : `http-${status}`;
    // A forum post takes messages once its author's first one is there.
    const kind = code === CODES.noStarterYet ? 'limited' : 'refused';
    return new DiscordFailure(call, kind, code, status);
  }
  if (error instanceof HTTPError) {
    const kind = error.status >= 500 ? 'unsure' : 'refused';
    return new DiscordFailure(call, kind, `http-${error.status}`, error.status);
  }
  return new DiscordFailure(call, 'unsure', 'no-answer');
};

/** The token is wrong: nothing will succeed until somebody acts. */
export const isLockedOut = (error: unknown): boolean =>
  // An interaction's own token is refused the same way once its time is up.
  error instanceof DiscordFailure && error.status === 401 && error.code !== CODES.expiredToken;

/** Discord says that the bot may not do this here. */
export const isForbidden = (error: unknown): error is DiscordFailure =>
  error instanceof DiscordFailure &&
  (error.code === CODES.missingPermissions || error.code === CODES.missingAccess);

export const hasCode = (error: unknown, ...codes: readonly string[]): error is DiscordFailure =>
  error instanceof DiscordFailure && codes.includes(error.code);
