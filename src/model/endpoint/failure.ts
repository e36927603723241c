import { APIConnectionError, APIError } from 'openai';
import { WetreadError } from '../../errors.ts';
import { StatusError } from './client.ts';
import { readErrorFields, type ErrorFields } from './wire.ts';

/** What a failed attempt means: the error to end with, and what may be done instead. */
export type Failure = {
  readonly error: WetreadError;
  /** For the log: a status or a system's error code, never a server's words. */
  readonly reason: number | string;
  /** The same request may succeed later. */
  readonly retry: boolean;
  readonly retryAfterMs?: number | undefined;
  /** The same request would have been taken with a smaller or differently named limit of tokens. */
  readonly instead?: TokenLimit | undefined;
};

type TokenLimit = { readonly maxTokens: number } | { readonly name: 'max_completion_tokens' };

/** An event of a stream that is an error, in a shape that the client does not know as one. */
export class StreamError extends Error {
  readonly fields: ErrorFields;

  constructor(fields: ErrorFields) {
    super('an error in the stream');
    this.fields = fields;
  }
}

/** Whether headers had come when it failed: before, the server was not reached; after, it broke off. */
export type Phase = 'asking' | 'answering';

/**
 * Any exception of the client, fetch or the stream as an error of the table. Nothing of the exception is kept: its words
 * may quote the request, and its headers, cause or message the key.
 */
export const readFailure = (thrown: unknown, phase: Phase): Failure => {
  if (thrown instanceof WetreadError) {
    return { error: thrown, reason: thrown.code, retry: thrown.code === 'endpoint-cut' };
  }
  if (thrown instanceof StatusError) return readRefusal(thrown.status, thrown.fields, thrown);
  if (thrown instanceof StreamError) return readStreamError(thrown.fields);
  if (thrown instanceof APIError && thrown.error !== undefined) {
    return readStreamError(readErrorFields(thrown.error));
  }
  const reason = systemCode(thrown) ?? (thrown instanceof Error ? thrown.name : typeof thrown);
  if (phase === 'answering') {
    return { error: new WetreadError('endpoint-cut'), reason, retry: true };
  }
  if (thrown instanceof SyntaxError) {
    return { error: new WetreadError('endpoint-not-openai'), reason, retry: false };
  }
  return {
    error: new WetreadError('endpoint-unreachable'),
    reason,
    // A wrong certificate stays wrong; refused, reset and unknown hosts may be a server that restarts.
    retry: thrown instanceof APIConnectionError && !isCertificateCode(reason),
  };
};

/** An error that comes as an event has no status; vLLM and llama.cpp repeat it in `code`. Else what its words do not explain is the server's failure. */
const readStreamError = (fields: ErrorFields | undefined): Failure => {
  if (typeof fields?.code === 'number' && fields.code >= 400) {
    return readRefusal(fields.code, fields, {});
  }
  const refusal = readRefusal(400, fields, {});
  return refusal.error.code === 'endpoint-refused' ? readRefusal(500, undefined, {}) : refusal;
};

const readRefusal = (
  status: number,
  fields: ErrorFields | undefined,
  { retryAfterMs }: { retryAfterMs?: number | undefined },
): Failure => {
  const failure = (error: WetreadError, retry = false): Failure => ({
    error,
    reason: status,
    retry,
    retryAfterMs,
  });
  if (status === 401 || status === 403) return failure(new WetreadError('endpoint-key'));
  if (status === 429 || status === 503) return failure(new WetreadError('endpoint-busy'), true);
  if (fields !== undefined && isAboutImages(fields)) {
    return failure(new WetreadError('endpoint-images'));
  }
  if (fields !== undefined && status < 500) {
    if (isAboutTokenName(fields)) {
      const refused = failure(new WetreadError('endpoint-refused', { status }));
      return { ...refused, instead: { name: 'max_completion_tokens' } };
    }
    if (isAboutContext(fields)) {
      return { ...failure(new WetreadError('endpoint-context')), instead: readRoom(fields) };
    }
    if (isAboutModel(status, fields)) return failure(new WetreadError('endpoint-model'));
  }
  // A redirect, a page of a proxy, FastAPI's {"detail"}: nothing that an OpenAI-compatible server says of itself.
  const foreign = fields === undefined && (status < 400 || status === 404 || status === 405);
  if (foreign) return failure(new WetreadError('endpoint-not-openai'));
  if (status === 408 || status === 409 || (status >= 500 && status !== 501)) {
    return failure(new WetreadError('endpoint-failed', { status }), true);
  }
  return failure(new WetreadError('endpoint-refused', { status }));
};

/*
 * The servers tell these apart in words alone (vLLM calls each "BadRequestError"), so here and only here words decide.
 * Each pattern is one that a fixture under test/fixtures/endpoint shows.
 */

const isAboutImages = ({ message }: ErrorFields): boolean =>
  /at most \d+ image|image input is not supported|required for image input|not a multimodal model/i.test(
    message,
  );

const isAboutContext = ({ type, code, message }: ErrorFields): boolean =>
  type === 'exceed_context_size_error' ||
  code === 'context_length_exceeded' ||
  /maximum context length|maximum model length|context (size|length)/i.test(message);

const isAboutTokenName = ({ code, param, message }: ErrorFields): boolean =>
  (code === 'unsupported_parameter' && param === 'max_tokens') ||
  /'max_tokens' is not supported/i.test(message);

const isAboutModel = (status: number, { code, message }: ErrorFields): boolean =>
  status === 404 ||
  code === 'model_not_found' ||
  /model .*(does not exist|not found)/i.test(message);

/**
 * Tokens left for an answer when the prompt fits and only the answer that was asked for does not. vLLM, new: "maximum context
 * length is 8192 tokens and your request has 8000 input tokens"; old: "(8000 in the messages, 1500 in the completion)".
 */
const readRoom = ({ message }: ErrorFields): TokenLimit | undefined => {
  const holds = /maximum context length is (\d+) tokens/i.exec(message)?.[1];
  const prompt = /has (\d+) input tokens|\((\d+) in the messages/i.exec(message);
  const room = Number(holds) - Number(prompt?.[1] ?? prompt?.[2]);
  return room > 0 ? { maxTokens: room } : undefined;
};

/** Node's and undici's codes (`ECONNREFUSED`, `UND_ERR_SOCKET`), however deep they are wrapped. */
const systemCode = (thrown: unknown): string | undefined => {
  for (let error: unknown = thrown, depth = 0; error instanceof Error && depth < 5; depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    error = error.cause;
  }
  return undefined;
};

const isCertificateCode = (code: number | string): boolean =>
  /CERT|SELF_SIGNED|^ERR_TLS|^ERR_SSL|^UNABLE_TO_|^EPROTO$/.test(String(code));
