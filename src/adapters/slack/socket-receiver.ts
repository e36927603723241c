import { SocketModeReceiver, type App, type Receiver, type webApi } from '@slack/bolt';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../network.ts';
import { SILENT_LOGGER } from './slack-api.ts';
import { SlackFailure, toSlackFailure } from './slack-failure.ts';

const METHOD = 'apps.connections.open';
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Slack says hello on a new socket within a second or two. */
const HELLO_MS = 30_000;
/** Slack answers the end of a socket at once, or not at all: then it is left. */
const CLOSE_MS = 1_000;
/** A socket that stood so long was no failed try. */
const STOOD_MS = 30_000;
/** Slack pings a socket every few seconds; one that is silent for so long is dead. */
const SERVER_PING_MS = 30_000;
const CLIENT_PONG_MS = 5_000;

export type SocketReceiverOptions = {
  readonly appToken: string;
  readonly network: Network;
  readonly clientOptions: webApi.WebClientOptions;
  readonly onConnection: (state: 'connected' | 'connecting' | 'disconnected') => void;
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds. */
  readonly now: () => number;
};

/**
 * Socket Mode over Bolt's own receiver. The client's own reconnecting is off: it gives up on what it takes for final,
 * by a rejection that nobody can catch, and waits five seconds also when Slack only asks for a fresh socket.
 */
export class SocketReceiver implements Receiver {
  readonly #options: SocketReceiverOptions;
  readonly #inner: SocketModeReceiver;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: SocketReceiverOptions) {
    this.#options = options;
    this.#inner = new SocketModeReceiver({
      appToken: options.appToken,
      dispatcher: options.network.dispatcher,
      logger: SILENT_LOGGER,
      autoReconnectEnabled: false,
      clientPingTimeout: CLIENT_PONG_MS,
      serverPingTimeout: SERVER_PING_MS,
      installerOptions: { clientOptions: options.clientOptions },
      processEventErrorHandler: async () => false,
    });
  }

  init(app: App): void {
    this.#inner.init(app);
  }

  /** Resolves at once; connections come and go by themselves from then on, and `onConnection` tells of them. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    const closed = this.#inner.client.disconnect().catch(() => undefined);
    await Promise.race([closed, sleep(CLOSE_MS)]);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { onConnection, onFailure, now } = this.#options;
    const { signal } = this.#stopping;
    for (let waitMs = FIRST_WAIT_MS; !signal.aborted;) {
      onConnection('connecting');
      const since = now();
      try {
        await this.#connect();
        if (!signal.aborted) onConnection('connected');
        await this.#disconnected();
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        onConnection('disconnected');
        const { retryAfterMs } = toSlackFailure(METHOD, error);
        await sleep(Math.max(waitMs, retryAfterMs), undefined, { signal }).catch(() => undefined);
        waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
        continue;
      }
      // One that was closed at once is not opened again at once.
      if (now() - since > STOOD_MS) waitMs = FIRST_WAIT_MS;
      else if (!signal.aborted) {
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
        waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      }
    }
    onConnection('disconnected');
  }

  async #connect(): Promise<void> {
    const { client } = this.#inner;
    const silent = new AbortController();
    const silence = sleep(HELLO_MS, 'silence', { signal: silent.signal }).catch(() => 'over');
    try {
      if ((await Promise.race([client.start(), silence])) !== 'silence') return;
      void client.disconnect().catch(() => undefined);
      throw new SlackFailure(METHOD, 'unsure', 'no-hello');
    } finally {
      silent.abort();
    }
  }

  #disconnected(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stopping;
      this.#inner.client.once('disconnected', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (signal.aborted) resolve();
    });
  }
}
