import { ERRORS, type ErrorCode } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { isLockedOut, type SlackFailure } from './slack-failure.ts';

/** What a failure means to whoever runs this: a row of the one table of errors. */
export type Explained = {
  readonly code: ErrorCode;
  readonly found: string;
  readonly operator: string;
};

/** The one method that is called with the app-level token. */
const SOCKET_METHOD = 'apps.connections.open';
const SOCKET_REASONS: ReadonlySet<string> = new Set(['missing_scope', 'socket_mode_not_enabled']);

export const explainFailure = (failure: SlackFailure): Explained => {
  const { code, found } = rowOf(failure);
  return { code, found, operator: ERRORS[code].operator };
};

const rowOf = (failure: SlackFailure): Pick<Explained, 'code' | 'found'> => {
  const { method, kind, code: reason, needed } = failure;
  if (method === SOCKET_METHOD && (isLockedOut(failure) || SOCKET_REASONS.has(reason)))
    return { code: 'slack-app-token', found: ERRORS['slack-app-token'].say({ reason }) };
  if (reason === 'missing_scope') {
    const scope = needed ?? `that ${method} needs`;
    return { code: 'slack-scope', found: ERRORS['slack-scope'].say({ scope }) };
  }
  if (isLockedOut(failure))
    return { code: 'slack-token', found: ERRORS['slack-token'].say({ reason }) };
  const code = kind === 'refused' ? 'slack-refused' : 'slack-unreachable';
  return { code, found: ERRORS[code].say({ reason }) };
};

/** Logs what became of it, with Slack's reason; of what goes on until somebody acts, also what to do. */
export const logFailure = (
  logger: Logger,
  level: 'warn' | 'error',
  failure: SlackFailure,
  outcome: string,
): void => {
  const { method, code, needed } = failure;
  const lasts = code === 'missing_scope' || isLockedOut(failure);
  if (!lasts) {
    logger[level]({ method, code, needed }, outcome);
    return;
  }
  const { found, operator } = explainFailure(failure);
  logger[level]({ method, code, needed }, `${outcome}: ${found} ${operator}`);
};
