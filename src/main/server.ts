import { randomUUID } from 'node:crypto';
import { createHttpServer, type HttpServer } from '../adapters/http.ts';
import { createMetricsAdapter } from '../adapters/http-metrics.ts';
import { createMetrics, type Metrics } from '../adapters/metrics.ts';
import { fetchFromPage } from '../adapters/web/web-message.ts';
import { createOpenAiAdapter, type OpenAiAdapter } from '../adapters/openai/openai.ts';
import { createRemoteImages } from '../adapters/openai/remote-image.ts';
import { createWebAdapter } from '../adapters/web/web.ts';
import type { Config } from '../config.ts';
import type { Conversation } from '../core/conversation.ts';
import { auditAll, type Audit } from '../core/audit.ts';
import { ERRORS, WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { OpenStores } from '../state/open-stores.ts';
import { Chats } from './chats.ts';
import { createHousekeeping, type Housekeeping } from './housekeeping.ts';
import { lateConversation } from './late-conversation.ts';
import { openAudit, type OpenAudit } from './open-audit.ts';
import { lateTeaching } from './late-teaching.ts';
import { openConversation, type OpenOptions, type Opened } from './open-conversation.ts';
import { openWhenReachable } from './open-when-reachable.ts';
import { openStores } from './open-stores.ts';
import { Room } from './room.ts';
import { NO_KEY, servesPage } from './serves-page.ts';

/** Of a conversion that takes minutes, one log line for each tenth. */
const CONVERTING_STEPS = 10;

/** Everything that a server is made of, opened and closed in order. */
export class Server {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #room = new Room();
  readonly #metrics: Metrics;
  /** What ways in are given, whose server may be there before the model is. */
  readonly #conversation: Conversation;
  readonly #model: { readonly name: string; readonly demo: boolean };
  readonly #chats: Chats;
  readonly #api: OpenAiAdapter;
  #door: HttpServer | undefined;
  #stores: OpenStores | undefined;
  #audit: OpenAudit | undefined;
  /** Everybody who hears what there is to account for; there before the first question is answered. */
  #audits: Audit | undefined;
  #housekeeping: Housekeeping | undefined;

  constructor(config: Config, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
    const room = this.#room;
    this.#conversation = lateConversation({
      find: () => room.opened.conversation,
      whenThere: async (signal) => (await room.whenOpen(signal)).conversation,
    });
    this.#model = {
      get name() {
        return room.opened.model.name;
      },
      get demo() {
        return room.opened.model.demo;
      },
    };
    this.#chats = new Chats({
      config,
      conversation: this.#conversation,
      cases: lateTeaching({
        find: () => room.opened.cases,
        whenThere: async (signal) => (await room.whenOpen(signal)).cases,
      }),
      model: this.#model,
      records: () => this.#openStores.records,
      logger,
    });
    const audit: Audit = { write: (event) => this.#audits?.write(event) };
    this.#api = openApi(config, { room, audit, logger });
    this.#metrics = createMetrics({
      model: () => this.#room.model,
      queue: () => {
        const { waiting = 0, running = 0 } = this.#room.model ?? {};
        return { waiting, running };
      },
      openTurns: () => this.#openTurns(),
      connections: () => this.#connections(),
    });
  }

  /** Resolves once questions are answered: to the address of the page, if there is one. Fails with a `WetreadError`. */
  async open(signal: AbortSignal): Promise<string | undefined> {
    const logger = this.#logger;
    const config = this.#config;
    // The door opens before the model: a taken port is told before a conversion of minutes, and /health answers meanwhile.
    const url = config.http.on ? await this.#openDoor() : undefined;
    this.#stores = await openStores(config, logger);
    this.#audit = await openAudit(config, logger);
    this.#housekeeping = openHousekeeping(this.#stores, this.#audit, this.#room, logger);
    this.#housekeeping.begin();
    this.#audits = auditAll([this.#audit.audit, this.#metrics, this.#housekeeping]);
    const opened = await this.#openConversation({
      config,
      stores: this.#stores,
      alone: config.redisUrl === undefined,
      audit: this.#audits,
      // Without the page, or a chat platform, their turns wait for a server that has them.
      fetchers: ({ demo }) => ({
        ...(servesPage(config) ? { web: fetchFromPage } : {}),
        ...this.#chats.fetchersFor(demo),
      }),
      logger,
      onConverting: logConverting(logger),
      signal,
    });
    this.#room.open(opened);
    const { name: model, version, demo } = opened.model;
    logger.info({ model, version, demo }, 'ready');
    this.#chats.start(demo);
    if (url === undefined && this.#chats.none)
      logger.warn('HTTP is off, and nothing else is set up to take questions');
    return url;
  }

  /** Takes nothing new, gives running turns `graceMs`, leaves the rest to the journal, and closes what was opened. */
  async close(graceMs: number): Promise<void> {
    // Both at once: replies go on being written while their turns may run.
    await Promise.all([
      this.#chats.stop(graceMs),
      this.#room.close(graceMs, () => this.#api.drain(graceMs)),
    ]);
    await this.#door?.close();
    await this.#housekeeping?.close();
    await this.#audit?.close();
    await this.#stores?.close();
  }

  /** An endpoint that is down when the server starts is waited for; meanwhile questions are told why. */
  async #openConversation(options: OpenOptions): Promise<Opened> {
    const open = () => openConversation(options);
    if (this.#config.model.url === undefined) return open();
    const onFailure = (failure: WetreadError, delayMs: number): void => {
      this.#room.fail(failure);
      const { code, message } = failure;
      this.#logger.warn({ code, delayMs }, `${message} ${ERRORS[code].operator}`);
    };
    return openWhenReachable(open, { onFailure, signal: options.signal });
  }

  /** The HTTP server with its ways in, listening. Resolves to its address. */
  async #openDoor(): Promise<string> {
    const { host, port } = this.#config.http;
    const logger = this.#logger;
    const room = this.#room;
    const ready = async () => (room.ready ? this.#metrics.state() : undefined);
    const { keys } = this.#config.api;
    const door = createHttpServer({ logger, host, names: [], keys, ready, id: randomUUID });
    this.#door = door;
    const parts = { conversation: this.#conversation, model: this.#model, logger };
    await door.register(createMetricsAdapter(this.#metrics));
    if (servesPage(this.#config)) {
      await door.register(
        createWebAdapter({ ...parts, id: randomUUID, keptMs: this.#config.retention.turnsMs }),
      );
      await door.register(this.#api);
    } else logger.warn(NO_KEY);
    for (const adapter of this.#chats.http) await door.register(adapter);
    return (await door.listen(port)).url;
  }

  get #openStores(): OpenStores {
    if (this.#stores === undefined) throw new WetreadError('store-failed');
    return this.#stores;
  }

  #connections(): Chats['connections'] {
    return {
      ...(servesPage(this.#config) ? { web: 'connected' } : {}),
      ...this.#chats.connections,
    };
  }

  async #openTurns(): Promise<Record<string, number>> {
    const claims = this.#stores?.claims;
    const platforms = claims === undefined ? [] : Object.keys(this.#connections());
    const counts = platforms.map(async (platform) => {
      const turns = (await claims?.line(`open:${platform}`)) ?? [];
      return [platform, turns.length] as const;
    });
    return Object.fromEntries(await Promise.all(counts));
  }
}

const openApi = (
  config: Config,
  { room, audit, logger }: { readonly room: Room; readonly audit: Audit; readonly logger: Logger },
): OpenAiAdapter =>
  createOpenAiAdapter({
    open: () => room.opened,
    remoteImages: createRemoteImages({ hosts: config.api.imageHosts }),
    requestsPerMinute: config.api.requestsPerMinute,
    audit,
    logger,
    id: randomUUID,
    now: Date.now,
  });

const openHousekeeping = (
  stores: OpenStores,
  audit: OpenAudit,
  room: Room,
  logger: Logger,
): Housekeeping =>
  createHousekeeping({
    sweeps: [() => stores.sweep(), () => audit.sweep(), async () => room.sweep()],
    compact: () => stores.compact(),
    logger,
    now: () => performance.now(),
  });

const logConverting = (logger: Logger): ((done: number, total: number) => void) => {
  let step = -1;
  return (done, total) => {
    const now = Math.floor((CONVERTING_STEPS * done) / Math.max(total, 1));
    if (now === step) return;
    step = now;
    logger.info({ percent: (100 * now) / CONVERTING_STEPS }, 'converting the checkpoint');
  };
};
