import { LogLevel, webApi, type Logger as BoltLogger } from '@slack/bolt';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { MethodPace, paceKey } from './method-pace.ts';
import type { Network } from '../network.ts';
import { SlackFailure, toSlackFailure } from './slack-failure.ts';

/** A call that got no answer by then is given up; Slack answers within a second or two. */
const CALL_MS = 20_000;
/** Calls at the same time: a reply waits for no other thread's upload. */
const CALLS_AT_ONCE = 200;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** How long a call is tried again for, unless it says otherwise. */
const PATIENCE_MS = 120_000;

export type CallOptions = {
  /** What was perhaps done already may be done again: reading, editing, deleting. */
  readonly repeatable?: boolean;
  /** Tried again for so long; 0: once. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
};

export type SlackApiOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly network: Network;
  /** Milliseconds, for pacing. */
  readonly now: () => number;
};

/**
 * Slack's Web API. Its own client would stop every call for one that is limited, and go on for half an hour; here each
 * method waits for itself, and every call ends.
 */
export class SlackApi {
  readonly clientOptions: webApi.WebClientOptions;
  readonly #client: webApi.WebClient;
  readonly #pace: MethodPace;
  readonly #now: () => number;
  readonly #abandoned = new AbortController();

  constructor({ token, apiUrl, network, now }: SlackApiOptions) {
    this.clientOptions = {
      slackApiUrl: apiUrl,
      fetch: network.fetch,
      timeout: CALL_MS,
      maxRequestConcurrency: CALLS_AT_ONCE,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      allowAbsoluteUrls: false,
      logger: SILENT_LOGGER,
    };
    // The client writes its own headers into what it is given.
    this.#client = new webApi.WebClient(token, { ...this.clientOptions, headers: {} });
    this.#pace = new MethodPace(now);
    this.#now = now;
    // Every call listens: many listeners are no leak.
    setMaxListeners(0, this.#abandoned.signal);
  }

  /** Nothing is waited for any more: calls, those on their way among them, fail as aborted. */
  abandon(): void {
    this.#abandoned.abort();
  }

  /** Whether a call that can be left out may be made now. */
  hasSpare(method: string, args: Readonly<Record<string, unknown>> = {}): boolean {
    return this.#pace.hasSpare(paceKey(method, args));
  }

  /** Resolves to the answer as the schema leaves it. Fails with a `SlackFailure`, or as `signal` was aborted. */
  async call<Schema extends z.ZodType>(
    method: string,
    args: Readonly<Record<string, unknown>>,
    answer: Schema,
    { repeatable = false, patienceMs = PATIENCE_MS, signal }: CallOptions = {},
  ): Promise<z.output<Schema>> {
    const giveUpAt = this.#now() + patienceMs;
    const { signal: abandoned } = this.#abandoned;
    const ending = signal === undefined ? abandoned : AbortSignal.any([abandoned, signal]);
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      ending.throwIfAborted();
      const failure = await unlessAborted(this.#try(method, args, answer), ending);
      if (!(failure instanceof SlackFailure)) return failure.answer;
      if (failure.kind === 'refused' || (failure.kind === 'unsure' && !repeatable)) throw failure;
      const key = paceKey(method, args);
      const nextMs = failure.kind === 'limited' ? this.#pace.takeTurn(key) : waitMs;
      if (this.#now() + nextMs > giveUpAt) throw failure;
      await sleep(nextMs, undefined, { signal: ending });
    }
  }

  async #try<Schema extends z.ZodType>(
    method: string,
    args: Readonly<Record<string, unknown>>,
    answer: Schema,
  ): Promise<SlackFailure | { readonly answer: z.output<Schema> }> {
    const key = paceKey(method, args);
    const waitMs = this.#pace.waitMs(key);
    if (waitMs > 0)
      return new SlackFailure(method, 'limited', 'ratelimited', { retryAfterMs: waitMs });
    this.#pace.count(key);
    try {
      const result: unknown = await this.#client.apiCall(method, { ...args });
      const parsed = answer.safeParse(result);
      return parsed.success
        ? { answer: parsed.data }
        : new SlackFailure(method, 'unsure', 'not-slack');
    } catch (error) {
      const failure = toSlackFailure(method, error);
      if (failure.kind === 'limited') this.#pace.limit(key, failure.retryAfterMs);
      return failure;
    }
  }
}

/** What is on its way is left to itself when the signal aborts: nobody knows then what became of it. */
const unlessAborted = async <Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> => {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
};

/** The libraries' own lines hold payloads: what people said. What there is to know is logged by us, by its code. */
export const SILENT_LOGGER: BoltLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  setName: () => undefined,
  getLevel: () => LogLevel.ERROR,
};
