import { App, type Receiver } from '@slack/bolt';
import { setTimeout as sleep } from 'node:timers/promises';
import { HELP } from '../../core/conversation/command.ts';
import type { Conversation, Fetcher } from '../../core/conversation.ts';
import { ERRORS, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { HttpAdapter } from '../http.ts';
import { ANY_ACTION, COMMAND, READ_SHORTCUT, WRONG_PLACE_VIEW } from './actions.ts';
import { createFilmFetcher } from './film-files.ts';
import { PLATFORM } from './heard-message.ts';
import { homeView, SUGGESTED_PROMPTS, type ModelName } from './home-view.ts';
import { HttpReceiver } from './http-receiver.ts';
import { Incoming } from './incoming.ts';
import { readInstallation, type Installation } from './installation.ts';
import { JournallingReceiver } from './journalling-receiver.ts';
import { createNetwork } from '../network.ts';
import { OwnThreads } from './own-threads.ts';
import { People } from './people.ts';
import { Presses } from './presses.ts';
import { Refusals } from './refusals.ts';
import { Replies } from './replies.ts';
import { missingScopes } from './requirements.ts';
import { SILENT_LOGGER, SlackApi } from './slack-api.ts';
import { toSlackFailure } from './slack-failure.ts';
import { transportOf, type SlackSettings } from './slack-settings.ts';
import { SocketReceiver } from './socket-receiver.ts';
import { explainFailure } from './explain-failure.ts';
import { anyAnswer, homeOpenedEvent } from './wire.ts';

/** Slack was asked who we are, and did not say: it is asked again after these. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const PATIENCE_MS = 10_000;

export type SlackAdapterOptions = {
  readonly settings: SlackSettings;
  readonly conversation: Conversation;
  readonly model: ModelName;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export interface SlackAdapter {
  readonly name: 'slack';
  /** Fetches films of Slack again. */
  readonly fetcher: Fetcher;
  /** What Slack calls over HTTP; undefined with Socket Mode. */
  readonly http: HttpAdapter | undefined;
  readonly connection: 'connected' | 'connecting' | 'disconnected';
  /** Begins to listen and to finish what was left; never fails: what keeps it from that is logged and tried again. */
  start(): void;
  /** Takes nothing new, gives replies that are being written `graceMs`, and leaves the rest to the journal. */
  stop(graceMs: number): Promise<void>;
}

export const createSlackAdapter = (options: SlackAdapterOptions): SlackAdapter =>
  new BoltSlackAdapter(options);

class BoltSlackAdapter implements SlackAdapter {
  readonly name = 'slack';
  readonly fetcher: Fetcher;
  readonly http: HttpAdapter | undefined;
  connection: SlackAdapter['connection'] = 'disconnected';
  readonly #options: SlackAdapterOptions;
  readonly #api: SlackApi;
  readonly #network: ReturnType<typeof createNetwork>;
  readonly #receiver: Receiver;
  readonly #stopping = new AbortController();
  #replies: Replies | undefined;
  /** The last failure that was logged, since Slack was there. */
  #told: string | undefined;
  #app: App | undefined;
  #running: Promise<void> | undefined;

  constructor(options: SlackAdapterOptions) {
    this.#options = options;
    const { settings, logger, now } = options;
    const { botToken: token, apiUrl, fileHosts } = settings;
    const network = createNetwork(settings.proxy);
    this.#network = network;
    this.#api = new SlackApi({ token, apiUrl, network, now });
    this.fetcher = createFilmFetcher({ api: this.#api, network, token, apiUrl, fileHosts, logger });
    const receiver = this.#createReceiver();
    this.#receiver = receiver;
    this.http = receiver instanceof HttpReceiver ? receiver.adapter : undefined;
  }

  start(): void {
    this.#running ??= this.#run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted) this.#options.logger.error({ error }, 'Slack has ended');
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#app?.stop();
    await this.#replies?.close(graceMs);
    await this.#running;
    await this.#network.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    const { logger } = this.#options;
    const installation = await this.#install(signal);
    const { workspace, scopes } = installation;
    logger.info(
      { workspace, transport: this.http === undefined ? 'socket' : 'http', scopes },
      'Slack',
    );
    this.#tellMissing(scopes);
    const replies = new Replies({ ...this.#options, ...this.#parts, installation });
    this.#replies = replies;
    this.#app = this.#createApp(installation, replies);
    await this.#app.start();
    if (this.http !== undefined) this.connection = 'connected';
    try {
      await replies.recover(PLATFORM, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  get #parts() {
    return { api: this.#api, network: this.#network };
  }

  /** Until Slack says who we are: the token may be wrong, and put right while we run elsewhere. */
  async #install(signal: AbortSignal): Promise<Installation> {
    this.connection = 'connecting';
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        return await readInstallation(this.#api, PATIENCE_MS, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#onFailure(error);
        await sleep(waitMs, undefined, { signal });
      }
    }
  }

  #createReceiver(): Receiver {
    const { settings, now } = this.#options;
    if (transportOf(settings) === 'http')
      return new HttpReceiver(settings.signingSecret ?? '', now, () => this.#onUnsigned());
    return new SocketReceiver({
      appToken: settings.appToken ?? '',
      network: this.#network,
      clientOptions: this.#api.clientOptions,
      onConnection: (state) => {
        if (state !== this.connection) this.#options.logger.info({ connection: state }, 'Slack');
        this.connection = state;
        if (state === 'connected') this.#told = undefined;
      },
      onFailure: (error) => this.#onFailure(error),
      now,
    });
  }

  #createApp(installation: Installation, replies: Replies): App {
    const { settings, conversation, logger, now } = this.#options;
    const api = this.#api;
    const { moderators, followUps } = settings;
    const people = new People({ api, installation, moderators, logger, now });
    const threads = new OwnThreads({ api, installation, followUps });
    const refusals = new Refusals({ api, logger });
    const shared = { conversation, api, installation, people, replies, refusals, logger };
    const incoming = new Incoming({ ...shared, threads, followUps });
    const app = new App({
      receiver: new JournallingReceiver(
        this.#receiver,
        (body) => incoming.take(body),
        (error) => this.#onNotTaken(error),
      ),
      authorize: async () => ({
        botToken: settings.botToken,
        botUserId: installation.botUser,
        ...(installation.bot === undefined ? {} : { botId: installation.bot }),
      }),
      // Our own messages are told by us: Bolt would not know our uploads.
      ignoreSelf: false,
      convoStore: false,
      logger: SILENT_LOGGER,
      clientOptions: api.clientOptions,
    });
    // Without this, Bolt prints a failure with what people said; it is not acknowledged, and logged by its code.
    app.error(async (error) => this.#onNotTaken(error.original ?? error));
    this.#listen(app, new Presses(shared));
    return app;
  }

  #listen(app: App, presses: Presses): void {
    app.action(ANY_ACTION, async ({ ack, body }) => {
      await presses.press(body);
      await ack();
    });
    app.shortcut(READ_SHORTCUT, async ({ ack, body }) => {
      await presses.readFilm(body);
      await ack();
    });
    app.view(WRONG_PLACE_VIEW, async ({ ack, body }) => {
      const errors = await presses.submitWrongPlace(body);
      await (errors === undefined
        ? ack()
        : ack({ response_action: 'errors', errors: { ...errors } }));
    });
    app.command(COMMAND, async ({ ack, command }) => {
      await ack({ response_type: 'ephemeral', text: this.#commandWords(command.text) });
    });
    app.event('app_home_opened', async ({ event }) => this.#openHome(event));
  }

  /** Commands exist outside threads only and cannot name a film: they say what there is to say about the bot. */
  #commandWords(text: string): string {
    const { model } = this.#options;
    if (text.trim().toLowerCase() !== 'status') return HELP;
    const kind = model.demo ? ', a demonstration whose findings are not to be believed' : '';
    return `Wetread is here and answers with ${model.name}${kind}.`;
  }

  async #openHome(event: unknown): Promise<void> {
    const opened = homeOpenedEvent.safeParse(event);
    if (!opened.success) return;
    const { user, channel, tab } = opened.data;
    if (tab === 'messages' && channel !== undefined) {
      const args = { channel_id: channel, prompts: SUGGESTED_PROMPTS };
      await this.#api.call('assistant.threads.setSuggestedPrompts', args, anyAnswer);
      return;
    }
    const args = { user_id: user, view: homeView(this.#options.model) };
    await this.#api.call('views.publish', args, anyAnswer, { repeatable: true });
  }

  /** What is missing is missed only when somebody uses it; it is told before. */
  #tellMissing(granted: readonly string[] | undefined): void {
    const missing = granted === undefined ? [] : missingScopes(granted);
    if (missing.length === 0) return;
    const { say, operator } = ERRORS['slack-scope'];
    const sentence = `${say({ scope: missing.join(', ') })} ${operator}`;
    this.#options.logger.error({ code: 'slack-scope' }, sentence);
  }

  #onFailure(error: unknown): void {
    const failure = toSlackFailure('apps.connections.open', error);
    const { code, found, operator } = explainFailure(failure);
    const { method, code: reason, needed } = failure;
    // What stays wrong is told once: it is tried again every half minute.
    const level = this.#told === found ? 'debug' : 'error';
    this.#told = found;
    this.#options.logger[level]({ code, method, reason, needed }, `${found} ${operator}`);
  }

  #onUnsigned(): void {
    const { say, operator } = ERRORS['slack-signature'];
    this.#options.logger.warn({ code: 'slack-signature' }, `${say({})} ${operator}`);
  }

  #onNotTaken(error: unknown): void {
    const code = error instanceof WetreadError ? error.code : undefined;
    this.#options.logger.warn(
      { code, error },
      'something of Slack was not taken and will come again',
    );
  }
}
