import type { ReplyAddress } from './reply-address.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { anyAnswer } from './wire.ts';

/** Slack drops a status after two minutes in which nothing was posted. */
const REFRESH_MS = 90_000;
const LOOK_MS = 5_000;
/** It changes at most this often. */
const PAUSE_MS = 2_000;

/** The sign of life where there is no status: an emoji on the question. */
const REACTION = 'eyes';

/** Rotated by Slack while nothing is said. */
const LOADING = ['Looking at the film…', 'Reading…', 'Still at it…'];

export type StatusLineOptions = {
  readonly api: SlackApi;
  readonly address: ReplyAddress;
  /** Milliseconds. */
  readonly now: () => number;
};

/**
 * What a thread shows while its reply is made: the assistant's status and, where there are agent sessions, the native
 * button that stops it. All of it can be left out, so nothing waits for it and no failure of it matters.
 */
export class StatusLine {
  readonly #options: StatusLineOptions;
  readonly #timer: NodeJS.Timeout;
  #words = '';
  #shown = '';
  #shownAt = -Infinity;
  #reacted = false;
  #over = false;
  #busy: Promise<void> = Promise.resolve();

  constructor(options: StatusLineOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
    this.#later(() => this.#session('processing'));
  }

  show(words: string): void {
    this.#words = words;
    this.#look();
  }

  /** The reply has said something, by which Slack takes the status down itself. */
  said(): void {
    this.#shown = '';
  }

  /** Resolves when nothing of it is left. */
  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#over = true;
    await this.#busy;
    if (this.#shown !== '') await this.#set('');
    await this.#session('active');
    if (this.#reacted) await this.#react('reactions.remove');
  }

  #look(): void {
    const { now, api } = this.#options;
    const age = now() - this.#shownAt;
    const isDue = this.#words !== this.#shown ? age > PAUSE_MS : age > REFRESH_MS;
    if (this.#words === '' || !isDue || !api.hasSpare('assistant.threads.setStatus')) return;
    this.#shownAt = now();
    this.#later(() => this.#set(this.#words));
  }

  /** One after the other, so that an older status never comes last. */
  #later(work: () => Promise<void>): void {
    this.#busy = this.#busy.then(() => (this.#over ? undefined : work()));
  }

  async #set(words: string): Promise<void> {
    const { channel, thread } = this.#options.address;
    const loading = words === '' ? {} : { loading_messages: LOADING };
    const place = { channel_id: channel, thread_ts: thread };
    const done = await this.#try('assistant.threads.setStatus', {
      ...place,
      status: words,
      ...loading,
    });
    this.#shown = words;
    if (!done && words !== '' && !this.#reacted) this.#reacted = await this.#react('reactions.add');
  }

  async #session(status: 'processing' | 'active'): Promise<void> {
    const { channel, thread } = this.#options.address;
    if (!this.#options.api.hasSpare('agents.sessions.setStatus') && status === 'processing') return;
    await this.#try('agents.sessions.setStatus', {
      channel_id: channel,
      thread_ts: thread,
      status,
    });
  }

  #react(method: 'reactions.add' | 'reactions.remove'): Promise<boolean> {
    const { channel, question } = this.#options.address;
    return this.#try(method, { channel, timestamp: question, name: REACTION });
  }

  async #try(method: string, args: Readonly<Record<string, unknown>>): Promise<boolean> {
    try {
      await this.#options.api.call(method, args, anyAnswer, { patienceMs: 0 });
      return true;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      // Too many at once is no sign that there is no status here.
      return error.kind === 'limited';
    }
  }
}
