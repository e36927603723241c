import { ERRORS, type ErrorCode } from '../../errors.ts';
import { isLockedOut, type SlackFailure } from './slack-failure.ts';

/** What a failure means to whoever runs this: a row of the one table of errors, with what to do. */
export const explainFailure = (
  failure: SlackFailure,
): {
  readonly code: Extract<ErrorCode, `slack-${string}`>;
  readonly facts: { readonly scope: string } & { readonly reason: string };
  readonly operator: string;
} => {
  const code = codeOf(failure);
  const facts = { scope: failure.needed ?? 'another one', reason: failure.code };
  return { code, facts, operator: ERRORS[code].operator };
};

const codeOf = (failure: SlackFailure): Extract<ErrorCode, `slack-${string}`> => {
  if (failure.code === 'missing_scope') return 'slack-scope';
  if (isLockedOut(failure))
    return failure.method === 'apps.connections.open' ? 'slack-app-token' : 'slack-token';
  return failure.kind === 'refused' ? 'slack-refused' : 'slack-unreachable';
};
