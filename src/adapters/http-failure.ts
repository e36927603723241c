import type { FastifyError } from 'fastify';
import { type ErrorCode, type ErrorKind, WetreadError, toWetreadError } from '../errors.ts';

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
  'file-too-large': 413,
  'request-too-large': 413,
  'route-unknown': 404,
  'turn-unknown': 404,
  'host-refused': 403,
  'origin-refused': 403,
  'film-unavailable': 410,
  'choice-unknown': 409,
  'queue-full': 503,
  'endpoint-busy': 503,
  'not-ready': 503,
  closing: 503,
};

export type HttpFailure = {
  readonly status: number;
  readonly body: { readonly error: { readonly code: ErrorCode; readonly message: string } };
};

/**
 * Any failure as status and body. Nothing of an exception leaves: what is not in the table of errors is `internal`
 * with `id`. `bodyLimit` (bytes) is the limit of the route that was asked.
 */
export const toHttpFailure = (error: unknown, id: string, bodyLimit: number): HttpFailure => {
  const failure: WetreadError =
    error instanceof WetreadError ? error : fromFastify(error, id, bodyLimit);
  return {
    status: STATUS_OF_CODE[failure.code] ?? STATUS_OF_KIND[failure.kind],
    body: { error: { code: failure.code, message: failure.message } },
  };
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
