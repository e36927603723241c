import { GatewayDispatchEvents } from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, Fetcher } from '../../core/conversation.ts';
import type { TeachingCases } from '../../core/teaching-case.ts';
import { ERRORS } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { createNetwork } from '../network.ts';
import { readApplication, type Application } from './application.ts';
import type { Bookmarks } from './bookmarks.ts';
import { Buttons } from './buttons.ts';
import { CaseRoot } from './case-root.ts';
import { CatchUp } from './catch-up.ts';
import { CommandHandler } from './command-handler.ts';
import { registerCommands } from './commands.ts';
import { DiscordApi } from './discord-api.ts';
import { toDiscordFailure, type DiscordFailure } from './discord-failure.ts';
import type { DiscordSettings } from './discord-settings.ts';
import { explainFailure } from './explain-failure.ts';
import { FilmBefore } from './film-before.ts';
import { FilmFiles } from './film-files.ts';
import { FilmLinks } from './film-links.ts';
import { Gateway, type Connection, type Packet } from './gateway.ts';
import { GatewayRelay } from './gateway-relay.ts';
import { Guilds } from './guilds.ts';
import { PLATFORM } from './heard-message.ts';
import { Incoming } from './incoming.ts';
import { Interactions } from './interactions.ts';
import { OwnThreads } from './own-threads.ts';
import { Quiz } from './quiz.ts';
import { followReveals } from './quiz-reveals.ts';
import { Refusals } from './refusals.ts';
import type { Removals } from './removals.ts';
import { Replies } from './replies.ts';
import { UploadRemoval } from './upload-removal.ts';

/** Discord was asked who we are, and did not say: it is asked again after these. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
const PATIENCE_MS = 10_000;

export type DiscordAdapterOptions = {
  readonly settings: DiscordSettings;
  readonly conversation: Conversation;
  readonly cases: TeachingCases;
  readonly model: { readonly name: string; readonly demo: boolean };
  readonly bookmarks: Bookmarks;
  readonly removals: Removals;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

export interface DiscordAdapter {
  readonly name: 'discord';
  /** Fetches films of Discord again. */
  readonly fetcher: Fetcher;
  readonly connection: Connection;
  /** Begins to listen and to finish what was left; never fails: what keeps it from that is logged and tried again. */
  start(): void;
  /** Takes nothing new, gives replies that are being written `graceMs`, and leaves the rest to the journal. */
  stop(graceMs: number): Promise<void>;
}

export const createDiscordAdapter = (options: DiscordAdapterOptions): DiscordAdapter =>
  new DiscordJsAdapter(options);

class DiscordJsAdapter implements DiscordAdapter {
  readonly name = 'discord';
  readonly fetcher: Fetcher;
  connection: Connection = 'disconnected';
  readonly #options: DiscordAdapterOptions;
  readonly #network: ReturnType<typeof createNetwork>;
  readonly #relay: GatewayRelay;
  readonly #api: DiscordApi;
  readonly #links = new FilmLinks();
  readonly #files: FilmFiles;
  readonly #guilds: Guilds;
  readonly #stopping = new AbortController();
  #application: Application | undefined;
  #gateway: Gateway | undefined;
  #replies: Replies | undefined;
  /** The last failure that was logged, since Discord was there. */
  #told: string | undefined;
  #running: Promise<void> | undefined;

  constructor(options: DiscordAdapterOptions) {
    this.#options = options;
    const { settings, logger, now } = options;
    const { botToken: token, apiUrl, cdnHosts } = settings;
    const network = createNetwork(settings.proxy);
    this.#network = network;
    this.#relay = new GatewayRelay(network);
    this.#api = new DiscordApi({ token, apiUrl, network, now });
    this.#guilds = new Guilds(this.#api, () => this.#gateway?.client);
    const mayReadMessages = () => this.#application?.mayReadMessages ?? true;
    this.#files = new FilmFiles({
      api: this.#api,
      network,
      apiUrl,
      cdnHosts,
      logger,
      mayReadMessages,
      links: this.#links,
    });
    this.fetcher = this.#files.fetch;
  }

  start(): void {
    this.#running ??= this.#run().catch((error: unknown) => {
      if (!this.#stopping.signal.aborted)
        this.#options.logger.error({ error }, 'Discord has ended');
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#replies?.close(graceMs);
    await this.#running;
    this.#relay.close();
    this.#api.close();
    await this.#network.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    await this.#learnWhoWeAre(signal);
    const replies = this.#createReplies();
    this.#replies = replies;
    if (this.#options.settings.proxy.url !== undefined) await this.#relay.open();
    const gateway = this.#createGateway(this.#createHearing(replies));
    this.#gateway = gateway;
    void this.#register(signal);
    await Promise.all([
      gateway.run(signal),
      followReveals({ ...this.#options, replies }, signal),
      replies.recover(PLATFORM, signal).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      }),
    ]);
  }

  /** Until Discord says who we are: the token may be wrong, and put right while we run elsewhere. */
  async #learnWhoWeAre(signal: AbortSignal): Promise<void> {
    this.connection = 'connecting';
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
      try {
        this.#application = await readApplication(this.#api, PATIENCE_MS, signal);
        break;
      } catch (error) {
        signal.throwIfAborted();
        this.#onFailure(toDiscordFailure('GET /applications/@me', error));
        await sleep(waitMs, undefined, { signal });
      }
    }
    const { id, mayReadMessages } = this.#application;
    const { logger } = this.#options;
    logger.info({ application: id, messageContent: mayReadMessages }, 'Discord');
    if (!mayReadMessages) this.#tellIntent();
  }

  get #parts() {
    const application = (): Application => {
      if (this.#application === undefined) throw new Error('we know who we are');
      return this.#application;
    };
    return { api: this.#api, guilds: this.#guilds, links: this.#links, application };
  }

  #createReplies(): Replies {
    const { settings } = this.#options;
    const refusals = new Refusals({ ...this.#options, ...this.#parts });
    const { spoilerChannels } = settings;
    const removal = new UploadRemoval({ ...this.#options, ...this.#parts });
    return new Replies({ ...this.#options, ...this.#parts, refusals, removal, spoilerChannels });
  }

  /** What is done with each event. */
  #createHearing(replies: Replies): (packet: Packet) => void {
    const { settings } = this.#options;
    const { signal } = this.#stopping;
    const roots = new CaseRoot({ ...this.#options, ...this.#parts });
    const shared = { ...this.#options, ...this.#parts, files: this.#files, replies, signal, roots };
    const films = new FilmBefore(shared);
    const incoming = new Incoming({
      ...shared,
      films,
      refusals: new Refusals(shared),
      threads: new OwnThreads({ ...shared, followUps: settings.followUps }),
    });
    const handlers = [
      new Quiz(shared),
      new Buttons(shared),
      new CommandHandler({ ...shared, films }),
    ];
    const interactions = new Interactions({ ...shared, handlers });
    const catchUp = new CatchUp({ ...shared, incoming });
    return (packet) => {
      if (packet.t === GatewayDispatchEvents.Ready) catchUp.begin();
      else if (packet.t === GatewayDispatchEvents.InteractionCreate) interactions.hear(packet.d);
      else incoming.hear(packet);
    };
  }

  /** Commands are a convenience: what keeps Discord from offering them keeps nobody from asking. */
  async #register(signal: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    try {
      const wrote = await registerCommands(this.#api, this.#parts.application().id, signal);
      if (wrote) logger.info('Discord offers the commands');
    } catch (error) {
      if (signal.aborted) return;
      const { call, code } = toDiscordFailure('PUT commands', error);
      logger.warn({ call, code }, 'Discord does not offer the commands');
    }
  }

  #createGateway(hear: (packet: Packet) => void): Gateway {
    const { settings, logger } = this.#options;
    return new Gateway({
      token: settings.botToken,
      apiUrl: settings.apiUrl,
      network: this.#network,
      relay: settings.proxy.url === undefined ? undefined : this.#relay,
      mayReadMessages: () => this.#application?.mayReadMessages === true,
      onPacket: hear,
      onConnection: (state) => {
        if (state !== this.connection) logger.info({ connection: state }, 'Discord');
        this.connection = state;
        if (state === 'connected') this.#told = undefined;
      },
      onFailure: (failure) => this.#onFailure(failure),
      onIntentRefused: () => {
        if (this.#application !== undefined)
          this.#application = { ...this.#application, mayReadMessages: false };
      },
    });
  }

  #tellIntent(): void {
    const code = 'discord-intent';
    this.#options.logger.warn({ code }, `${ERRORS[code].say({})} ${ERRORS[code].operator}`);
  }

  #onFailure(failure: DiscordFailure): void {
    const { code, found, operator } = explainFailure(failure);
    const { call, code: reason } = failure;
    // What stays wrong is told once: it is tried again every minute.
    const level = this.#told === found ? 'debug' : 'error';
    this.#told = found;
    this.#options.logger[level]({ code, call, reason }, `${found} ${operator}`);
  }
}
