import { ERRORS, type ErrorCode } from '../../errors.ts';
import { isLockedOut, type SlackFailure } from './slack-failure.ts';

/** What a failure means to whoever runs this: a row of the one table of errors. */
export type Explained = {
  readonly code: ErrorCode;
  readonly found: string;
  readonly operator: string;
};

export const explainFailure = (failure: SlackFailure): Explained => {
  const { code, found } = rowOf(failure);
  return { code, found, operator: ERRORS[code].operator };
};

const rowOf = (failure: SlackFailure): Pick<Explained, 'code' | 'found'> => {
  const { method, kind, code: reason, needed } = failure;
  if (reason === 'missing_scope') {
    const scope = needed ?? `that ${method} needs`;
    return { code: 'slack-scope', found: ERRORS['slack-scope'].say({ scope }) };
  }
  if (isLockedOut(failure)) {
    const code = method === 'apps.connections.open' ? 'slack-app-token' : 'slack-token';
    return { code, found: ERRORS[code].say({ reason }) };
  }
  const code = kind === 'refused' ? 'slack-refused' : 'slack-unreachable';
  return { code, found: ERRORS[code].say({ reason }) };
};
