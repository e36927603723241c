import { webApi } from '@slack/bolt';

/**
 * `limited`: not done, and to be asked again later. `unsure`: it may have been done. `refused`: not done, and it would
 * be refused again.
 */
export type FailureKind = 'limited' | 'unsure' | 'refused';

/** A call of Slack's API that did not succeed. Stays in this folder: what crosses a seam is a `WetreadError`. */
export class SlackFailure extends Error {
  override readonly name = 'SlackFailure';
  readonly method: string;
  readonly kind: FailureKind;
  /** Slack's own word ("missing_scope"), or one of `http-500`, `no-answer`, `not-slack`. */
  readonly code: string;
  /** Of `missing_scope`: the scope that it would take. */
  readonly needed: string | undefined;
  readonly retryAfterMs: number;

  constructor(
    method: string,
    kind: FailureKind,
    code: string,
    { needed, retryAfterMs = 0 }: { needed?: string | undefined; retryAfterMs?: number } = {},
  ) {
    super(`${method}: ${code}`);
    this.method = method;
    this.kind = kind;
    this.code = code;
    this.needed = needed;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Slack's words for troubles of its own, after which a call may have been done. */
const TROUBLES: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);

/** A word of Slack's: anything else (a page of HTML, say) is not repeated. */
const CODE = /^[a-z0-9_.:-]{1,80}$/i;

export const toSlackFailure = (method: string, error: unknown): SlackFailure => {
  if (error instanceof SlackFailure) return error;
  if (error instanceof webApi.WebAPIRateLimitedError)
    return new SlackFailure(method, 'limited', 'ratelimited', {
      retryAfterMs: error.retryAfter * 1_000,
    });
  if (error instanceof webApi.WebAPIPlatformError) return fromAnswer(method, error);
  if (error instanceof webApi.WebAPIHTTPError) {
    const { statusCode } = error;
    const kind = statusCode >= 500 ? 'unsure' : 'refused';
    return new SlackFailure(method, kind, `http-${statusCode}`);
  }
  return new SlackFailure(method, 'unsure', 'no-answer');
};

const fromAnswer = (
  method: string,
  { data }: InstanceType<typeof webApi.WebAPIPlatformError>,
): SlackFailure => {
  const { error: code, needed } = data as { error?: unknown; needed?: unknown };
  // What is not Slack's answer is a relay's or a proxy's page: nobody knows what became of the call.
  if (typeof code !== 'string' || !CODE.test(code))
    return new SlackFailure(method, 'unsure', 'not-slack');
  if (code === 'ratelimited' || code === 'rate_limited')
    return new SlackFailure(method, 'limited', code, { retryAfterMs: 1_000 });
  const kind = TROUBLES.has(code) ? 'unsure' : 'refused';
  return new SlackFailure(method, kind, code, {
    needed: typeof needed === 'string' ? needed : undefined,
  });
};

/** The token is wrong, or the app was taken out of the workspace: nothing will succeed until somebody acts. */
export const isLockedOut = (error: unknown): boolean =>
  error instanceof SlackFailure && LOCKED_OUT.has(error.code);

const LOCKED_OUT: ReadonlySet<string> = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'user_removed_from_team',
  'team_disabled',
  'org_login_required',
  'not_allowed_token_type',
]);
