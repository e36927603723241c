import { GatewayCloseCodes } from 'discord.js';
import { ERRORS, type ErrorCode } from '../../errors.ts';
import { isForbidden, isLockedOut, type DiscordFailure } from './discord-failure.ts';

/** What a failure means to whoever runs this: a row of the one table of errors. */
export type Explained = {
  readonly code: ErrorCode;
  readonly found: string;
  readonly operator: string;
};

/** `missing`: names of the permissions that we are known to lack there. */
export const explainFailure = (
  failure: DiscordFailure,
  missing: readonly string[] = [],
): Explained => {
  const { code, found } = rowOf(failure, missing);
  return { code, found, operator: ERRORS[code].operator };
};

const rowOf = (
  failure: DiscordFailure,
  missing: readonly string[],
): Pick<Explained, 'code' | 'found'> => {
  const { kind, code: reason } = failure;
  if (isLockedOut(failure))
    return { code: 'discord-token', found: ERRORS['discord-token'].say({}) };
  if (reason === String(GatewayCloseCodes.DisallowedIntents))
    return { code: 'discord-intent', found: ERRORS['discord-intent'].say({}) };
  if (isForbidden(failure)) {
    const permission = missing.join(', ') || 'that this needs';
    return { code: 'discord-permission', found: ERRORS['discord-permission'].say({ permission }) };
  }
  const code = kind === 'refused' ? 'discord-refused' : 'discord-unreachable';
  return { code, found: ERRORS[code].say({ reason }) };
};
