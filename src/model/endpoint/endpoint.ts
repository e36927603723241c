import { setTimeout as pause } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model, ModelEvent, ModelMessage, ModelRequest } from '../model.ts';
import { readAnswer } from './answer.ts';
import { EndpointClient, type Fetch } from './client.ts';
import { buildCompletionRequest, type TokenLimitName } from './completion-request.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { readFailure, type Failure, type Phase } from './failure.ts';
import { delayBeforeRetry, type RetrySettings } from './retry.ts';
import { findServedModel, nameForUsers, type ServedModel } from './served-model.ts';
import { Watch } from './watch.ts';

export type EndpointOptions = {
  /** With the version: `http://host:8000/v1`. */
  readonly url: string;
  /** Sent as a bearer token; undefined sends none. Never logged, never in an error. */
  readonly apiKey: string | undefined;
  /** Which of the served models; undefined takes the only one. */
  readonly model: string | undefined;
  /** The operator says that what is served is a demonstration. */
  readonly demo: boolean;
  /** From asking to the first token, the server's own queue and reading the film included. */
  readonly firstTokenTimeoutMs: number;
  /** Between tokens. */
  readonly idleTimeoutMs: number;
  /** Further attempts when the server can't be reached, is busy, fails or breaks off before the first word. */
  readonly retries: number;
  /** Before the first further attempt; doubles with each. */
  readonly retryDelayMs?: number;
  /** For the list of models at the start. */
  readonly listTimeoutMs?: number;
  /** undefined: what the server says, or DEFAULT_CONTEXT_TOKENS. */
  readonly contextTokens?: number | undefined;
  /** For tests and proxies; by default undici's with its limits off. */
  readonly fetch?: Fetch | undefined;
  readonly logger: Logger;
};

/** What we advise to serve with (`--max-model-len 16384`): a film of 9,000 tokens, a conversation and a report. */
const DEFAULT_CONTEXT_TOKENS = 16_384;

/** Long enough for a hiccup, short beside reading a film. */
const DEFAULT_RETRY_DELAY_MS = 500;

/** `/v1/models` needs no model to run; a server that takes longer is not well. */
const DEFAULT_LIST_TIMEOUT_MS = 30_000;

/**
 * The model behind any OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama, gateways). Asks once for `/v1/models` and
 * resolves when it knows its model; fails as a question would: `endpoint-*`, or `setting-invalid` for an unusable url.
 *
 * Nothing is kept here of films or conversations. A server with a prefix cache keeps its own, and offers no way to drop it.
 */
export const createEndpoint = async (options: EndpointOptions): Promise<Model> => {
  checkSettings(options);
  const { url, apiKey, fetch } = options;
  const client = new EndpointClient({ url, apiKey: apiKey || undefined, fetch });
  try {
    return new Endpoint(client, options, await askForModel(client, options));
  } catch (error) {
    await client.destroy();
    throw error;
  }
};

class Endpoint implements Model {
  readonly name: string;
  /** The server does not say which weights it holds; its name for them is all there is. */
  readonly version: string;
  readonly demo: boolean;
  readonly contextTokens: number;
  readonly #client: EndpointClient;
  readonly #options: EndpointOptions;
  readonly #model: string;
  readonly #running = new Set<Watch>();
  #limitName: TokenLimitName = 'max_tokens';
  #closed = false;

  constructor(client: EndpointClient, options: EndpointOptions, served: ServedModel) {
    this.name = nameForUsers(served.id);
    this.version = `endpoint:${served.id}`;
    this.demo = options.demo;
    this.contextTokens = options.contextTokens ?? served.contextTokens ?? DEFAULT_CONTEXT_TOKENS;
    this.#client = client;
    this.#options = options;
    this.#model = served.id;
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    signal.throwIfAborted();
    if (this.#closed) throw new WetreadError('model-closed');
    const watch = new Watch(signal);
    this.#running.add(watch);
    try {
      yield* this.#answer(request, watch);
    } finally {
      this.#running.delete(watch);
      watch.end();
    }
  }

  async count(messages: readonly ModelMessage[]): Promise<number> {
    return estimateTokens(messages);
  }

  async forget(): Promise<void> {
    // Nothing is kept here; see createEndpoint.
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const watch of this.#running) watch.stop(new WetreadError('model-closed'));
    await this.#client.destroy();
  }

  /** Attempts until one is answered. After the first word there is no other: it can't be taken back. */
  async *#answer(asked: ModelRequest, watch: Watch): AsyncGenerator<ModelEvent> {
    let request = asked;
    let attempt = 0;
    const total = estimateTokens(request.messages);
    buildCompletionRequest(request, { model: this.#model, limitName: this.#limitName });
    // A server does not tell how far it has read; this tells that it was asked.
    yield { type: 'reading', done: 0, total };
    for (;;) {
      watch.signal.throwIfAborted();
      const state: AttemptState = { phase: 'asking', spoken: false };
      try {
        yield* this.#attempt(request, { watch, total, state });
        return;
      } catch (thrown) {
        if (watch.signal.aborted) throw watch.signal.reason;
        const failure = readFailure(thrown, state.phase);
        if (state.spoken) throw this.#report(failure, attempt);
        const changed = this.#adapt(request, failure);
        if (changed !== undefined) {
          request = changed;
          continue;
        }
        const delayMs = delayBeforeRetry(failure, attempt, retrySettings(this.#options));
        this.#report(failure, attempt);
        if (delayMs === undefined) throw failure.error;
        attempt += 1;
        await pauseFor(delayMs, watch);
      }
    }
  }

  async *#attempt(
    request: ModelRequest,
    { watch, total, state }: { watch: Watch; total: number; state: AttemptState },
  ): AsyncGenerator<ModelEvent> {
    const body = buildCompletionRequest(request, {
      model: this.#model,
      limitName: this.#limitName,
    });
    watch.expectWithin(this.#options.firstTokenTimeoutMs);
    const { data, response } = await this.#client.chat.completions
      .create(body, { signal: watch.signal })
      .withResponse();
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw new WetreadError('endpoint-not-openai');
    }
    state.phase = 'answering';
    const events = readAnswer(data, {
      watch,
      idleTimeoutMs: this.#options.idleTimeoutMs,
      estimatedPromptTokens: total,
      onlyReads: request.maxTokens === 0,
    });
    for await (const event of events) {
      if (event.type === 'text-delta') state.spoken = true;
      yield event;
      if (event.type === 'end') return;
      watch.signal.throwIfAborted();
    }
  }

  /** The request in the form that the server said it would take; undefined when it said nothing new. */
  #adapt(request: ModelRequest, { instead }: Failure): ModelRequest | undefined {
    if (instead === undefined) return undefined;
    if ('name' in instead) {
      if (this.#limitName === instead.name) return undefined;
      this.#limitName = instead.name;
      return request;
    }
    return instead.maxTokens < request.maxTokens
      ? { ...request, maxTokens: instead.maxTokens }
      : undefined;
  }

  #report(failure: Failure, attempt: number): WetreadError {
    const { error, reason } = failure;
    this.#options.logger.warn({ code: error.code, reason, attempt }, 'the model endpoint failed');
    return error;
  }
}

type AttemptState = { phase: Phase; spoken: boolean };

const retrySettings = ({ retries, retryDelayMs }: EndpointOptions): RetrySettings => ({
  retries,
  retryDelayMs: retryDelayMs ?? DEFAULT_RETRY_DELAY_MS,
});

const askForModel = async (
  client: EndpointClient,
  options: EndpointOptions,
): Promise<ServedModel> => {
  for (let attempt = 0; ; attempt += 1) {
    const watch = new Watch(new AbortController().signal);
    watch.expectWithin(options.listTimeoutMs ?? DEFAULT_LIST_TIMEOUT_MS);
    try {
      return await findServedModel(client, options.model, watch.signal);
    } catch (thrown) {
      if (watch.timedOut) throw watch.signal.reason;
      const failure = readFailure(thrown, 'asking');
      const delayMs = delayBeforeRetry(failure, attempt, retrySettings(options));
      if (delayMs === undefined) throw failure.error;
      await pause(delayMs);
    } finally {
      watch.end();
    }
  }
};

const pauseFor = async (delayMs: number, watch: Watch): Promise<void> => {
  watch.rest();
  try {
    await pause(delayMs, undefined, { signal: watch.signal });
  } catch {
    watch.signal.throwIfAborted();
  }
};

/** What would make fetch or the client throw with the setting in their words. */
const checkSettings = ({ url, apiKey }: EndpointOptions): void => {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const isUsable =
    address !== undefined &&
    ['http:', 'https:'].includes(address.protocol) &&
    address.username === '' &&
    address.password === '';
  if (!isUsable) {
    const problems = 'MODEL_URL must be an http or https address without a user or password';
    throw new WetreadError('setting-invalid', { problems });
  }
  // What a header may hold (RFC 9110, 5.5), without spaces.
  if (apiKey && !/^[\x21-\x7e]+$/.test(apiKey)) throw new WetreadError('endpoint-key');
};
