import type { FastifyError } from 'fastify';
import { ERRORS, type ErrorCode, type ErrorKind, WetreadError, toWetreadError } from '../errors.ts';

const STATUS_OF_KIND: Record<ErrorKind, number> = {
  usage: 400,
  refused: 422,
  model: 502,
  setting: 500,
  stopped: 409,
  internal: 500,
};

/** Where the kind alone would mislead a program. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  'key-missing': 401,
  'key-wrong': 401,
  'host-refused': 403,
  'origin-refused': 403,
  'api-route-unknown': 404,
  'model-unknown': 404,
  'route-unknown': 404,
  'turn-unknown': 404,
  'method-unknown': 405,
  'request-timeout': 408,
  'choice-unknown': 409,
  'film-unavailable': 410,
  'file-too-large': 413,
  'request-too-large': 413,
  'context-full': 400,
  'endpoint-context': 400,
  'asked-too-often': 429,
  'headers-too-large': 431,
  'queue-full': 503,
  'endpoint-busy': 503,
  'not-ready': 503,
  'model-closed': 503,
  closing: 503,
  'endpoint-timeout': 504,
};

/** Of what helps to wait for: how long. Seconds. */
const RETRY_AFTER_SECONDS = 5;

/** OpenAI's classes of errors, which its clients tell apart. */
type FailureType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'permission_error'
  | 'rate_limit_error'
  | 'server_error';

export type HttpFailure = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** OpenAI's shape, which serves the page as well. */
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: FailureType;
      readonly param: string | null;
      readonly code: ErrorCode;
      /** What a program may send back, where a film is asked about. */
      readonly wetread?: { readonly choices: unknown; readonly picture: unknown };
    };
  };
};

/**
 * Any failure as status and body. Nothing of an exception leaves: what is not in the table of errors is `internal`
 * with `id`. `bodyLimit` (bytes) is the limit of the route that was asked.
 */
export const toHttpFailure = (error: unknown, id: string, bodyLimit: number): HttpFailure =>
  describeFailure(error instanceof WetreadError ? error : fromFastify(error, id, bodyLimit));

/** A failure of the table, thrown or told by a reply that ended in one. */
export const describeFailure = ({
  code,
  message,
  facts = {},
}: Pick<WetreadError, 'code' | 'message'> & Partial<Pick<WetreadError, 'facts'>>): HttpFailure => {
  const status = STATUS_OF_CODE[code] ?? STATUS_OF_KIND[ERRORS[code].kind];
  const { param, choices, picture = null, seconds = RETRY_AFTER_SECONDS } = facts;
  return {
    status,
    headers: status === 429 || status === 503 ? { 'retry-after': String(seconds) } : {},
    body: {
      error: {
        message,
        type: typeOf(status),
        param: typeof param === 'string' ? param : null,
        code,
        ...(choices === undefined ? {} : { wetread: { choices, picture } }),
      },
    },
  };
};

const typeOf = (status: number): FailureType => {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 403:
      return 'permission_error';
    case 429:
      return 'rate_limit_error';
    default:
      return status >= 500 ? 'server_error' : 'invalid_request_error';
  }
};

/** What Fastify itself refuses, told by its codes; its sentences quote the request and stay here. */
const PROBLEM_OF_FASTIFY_CODE: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'its content type is not taken here',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'its body is not JSON',
  FST_ERR_CTP_INVALID_JSON_BODY: 'its body is not JSON',
};

const fromFastify = (error: unknown, id: string, limit: number): WetreadError => {
  const { code = '', statusCode = 500 } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new WetreadError('request-too-large', { limit });
  if (statusCode < 400 || statusCode >= 500) return toWetreadError(error, id);
  const problem = PROBLEM_OF_FASTIFY_CODE[code] ?? 'it breaks the rules of HTTP';
  return new WetreadError('request-invalid', { problem });
};
