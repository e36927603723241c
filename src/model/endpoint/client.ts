import OpenAI, { APIError } from 'openai';
import { Agent, fetch as undiciFetch } from 'undici';
import { readErrorFields, type ErrorFields } from './wire.ts';

export type Fetch = typeof globalThis.fetch;

export type ClientOptions = {
  /** With the version: `http://host:8000/v1`. */
  readonly url: string;
  /** undefined: none is sent. */
  readonly apiKey: string | undefined;
  /** undefined: undici's own, without its limits. */
  readonly fetch: Fetch | undefined;
};

/** A server's "no", without its headers: what can be decided on, and nothing else. */
export class StatusError extends APIError<number, undefined, undefined> {
  readonly fields: ErrorFields | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    { fields, retryAfterMs }: { fields: ErrorFields | undefined; retryAfterMs: number | undefined },
  ) {
    super(status, undefined, undefined, undefined);
    this.fields = fields;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A connection is given up after this long; a server in the same building answers in milliseconds. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * The client's own limit for an answer to begin. It can't be switched off, so it is set to the longest that a timer
 * holds (2^31 - 1 ms, 24 days); the time-outs of the settings are kept by the caller.
 */
const NO_TIMEOUT_MS = 2 ** 31 - 1;

/** All that a server is told about us. The client adds the system, its version and counts of retries. */
const SENT_HEADERS = ['accept', 'authorization', 'content-type'] as const;

/** What the client must be given, or it throws; without a key of ours the header is left out. */
const NO_KEY = 'none';

/**
 * The official client, held to the settings: no retries and no log of its own, nothing read from `OPENAI_*` variables, no
 * redirects (films go to the server that was configured and to no other), errors in any shape without headers.
 */
export class EndpointClient extends OpenAI {
  readonly #agent: Agent | undefined;

  constructor({ url, apiKey, fetch }: ClientOptions) {
    // undici stops an answer whose first byte or next byte takes 300 s; a queue or a long film may take longer.
    const agent =
      fetch === undefined
        ? new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: CONNECT_TIMEOUT_MS } })
        : undefined;
    super({
      baseURL: url,
      apiKey: apiKey ?? NO_KEY,
      adminAPIKey: null,
      organization: null,
      project: null,
      webhookSecret: null,
      logLevel: 'off',
      maxRetries: 0,
      timeout: NO_TIMEOUT_MS,
      fetch: (input, init) => {
        const { headers, ...rest } = init ?? {};
        const sent = {
          ...rest,
          headers: chooseHeaders(headers, apiKey),
          redirect: 'manual' as const,
        };
        if (fetch !== undefined) return fetch(input, sent);
        // Node's types and undici's describe the same classes under two names.
        const request = { ...sent, dispatcher: agent } as unknown as Parameters<
          typeof undiciFetch
        >[1];
        return undiciFetch(input as string, request) as unknown as Promise<Response>;
      },
    });
    this.#agent = agent;
  }

  protected override makeStatusError(
    status: number,
    body: object | undefined,
    _message: string | undefined,
    headers: Headers,
  ): StatusError {
    return new StatusError(status, {
      fields: readErrorFields(body),
      retryAfterMs: readRetryAfter(headers),
    });
  }

  /** Ends every connection. */
  async destroy(): Promise<void> {
    await this.#agent?.destroy();
  }
}

const chooseHeaders = (
  given: ConstructorParameters<typeof Headers>[0],
  apiKey: string | undefined,
): Headers => {
  const all = new Headers(given);
  if (apiKey === undefined) all.delete('authorization');
  return new Headers(
    SENT_HEADERS.flatMap((name): [string, string][] => {
      const value = all.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
};

/** Retry-After in its two forms: seconds, or a date (RFC 9110, 10.2.3). */
const readRetryAfter = (headers: Headers): number | undefined => {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
};
