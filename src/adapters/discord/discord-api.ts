import { REST, type RawFile, type RequestMethod } from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../network.ts';
import { ChannelPace } from './channel-pace.ts';
import { toDiscordFailure } from './discord-failure.ts';
import { createMakeRequest } from './make-request.ts';

/** A call that got no answer by then is given up: Discord answers in a second or two, uploads take longer. */
const CALL_MS = 30_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** How long a call is tried again for, unless it says otherwise. */
const PATIENCE_MS = 120_000;

export type Method = `${RequestMethod}`;

export type CallOptions = {
  readonly body?: unknown;
  readonly query?: Readonly<Record<string, string>>;
  readonly files?: readonly RawFile[];
  /** The route holds its own token: an interaction's. */
  readonly anonymous?: boolean;
  /** What was perhaps done already may be done again: reading, editing, deleting, posting with a nonce. */
  readonly repeatable?: boolean;
  /** Tried again for so long; 0: once. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal | undefined;
};

export type DiscordApiOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly network: Network;
  /** Milliseconds, for pacing. */
  readonly now: () => number;
};

/**
 * Discord's REST API through discord.js, which queues by bucket and waits out every 429. Here each call ends, and what
 * fails is told apart: not done, perhaps done, refused.
 */
export class DiscordApi {
  readonly #rest: REST;
  readonly #token: string;
  readonly #pace: ChannelPace;
  readonly #now: () => number;

  constructor({ token, apiUrl, network, now }: DiscordApiOptions) {
    this.#token = token;
    this.#now = now;
    this.#pace = new ChannelPace(now);
    this.#rest = new REST({
      api: apiUrl,
      version: '10',
      retries: 0,
      timeout: CALL_MS,
      makeRequest: createMakeRequest(network, (url, headers) => this.#pace.heard(url, headers)),
    });
  }

  /** Whether a message of this channel that can be left out may be sent or edited now. */
  hasSpare(channel: string): boolean {
    return this.#pace.hasSpare(channel);
  }

  /** Resolves to Discord's answer. Fails with a `DiscordFailure`, or as `signal` was aborted. */
  async call<Answer>(
    method: Method,
    route: `/${string}`,
    options: CallOptions = {},
  ): Promise<Answer> {
    const { repeatable = method !== 'POST', patienceMs = PATIENCE_MS, signal } = options;
    const giveUpAt = this.#now() + patienceMs;
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      signal?.throwIfAborted();
      try {
        return await this.#try<Answer>(method, route, options);
      } catch (error) {
        signal?.throwIfAborted();
        const failure = toDiscordFailure(`${method} ${nameless(route)}`, error);
        const isFinal = failure.kind === 'refused' || (failure.kind === 'unsure' && !repeatable);
        if (isFinal || this.#now() + waitMs > giveUpAt) throw failure;
        await sleep(waitMs, undefined, { signal });
      }
    }
  }

  /** What waits here is not waited for any more. */
  close(): void {
    this.#rest.clearHashSweeper();
    this.#rest.clearHandlerSweeper();
  }

  async #try<Answer>(method: Method, route: `/${string}`, options: CallOptions): Promise<Answer> {
    const { body, query, files, anonymous = false, signal } = options;
    // After an answer 401 the library drops the token; it may be the one that is right in a minute.
    if (!anonymous) this.#rest.setToken(this.#token);
    return (await this.#rest.request({
      method: method as RequestMethod,
      fullRoute: route,
      auth: !anonymous,
      ...(body === undefined ? {} : { body }),
      ...(query === undefined ? {} : { query: new URLSearchParams(query) }),
      ...(files === undefined ? {} : { files: [...files] }),
      ...(signal === undefined ? {} : { signal }),
    })) as Answer;
  }
}

/** A route as it may be logged. */
const nameless = (route: string): string =>
  route.replaceAll(/\/\d{5,}/g, '/:id').replace(/\/:id\/[\w.-]{40,}/, '/:id/:token');
