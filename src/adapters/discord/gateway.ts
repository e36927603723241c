import {
  Client,
  Events,
  GatewayCloseCodes,
  Options,
  SimpleShardingStrategy,
  type IShardingStrategy,
  type WebSocketOptions,
  type GatewayDispatchPayload,
} from 'discord.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Network } from '../network.ts';
import { DiscordFailure, toDiscordFailure } from './discord-failure.ts';
import type { GatewayRelay } from './gateway-relay.ts';
import { createMakeRequest } from './make-request.ts';
import { CONTENT_INTENT, INTENTS } from './requirements.ts';

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A connection that held so long was a good one: the next try is soon again. */
const STEADY_MS = 60_000;

export type Connection = 'connected' | 'connecting' | 'disconnected';
export type Packet = GatewayDispatchPayload;

export type GatewayOptions = {
  readonly token: string;
  readonly apiUrl: string;
  readonly network: Network;
  /** Leads the gateway's addresses through a proxy; undefined: straight. */
  readonly relay: GatewayRelay | undefined;
  /** The Message Content intent may be asked for; asked before each connection. */
  readonly mayReadMessages: () => boolean;
  readonly onPacket: (packet: Packet) => void;
  readonly onConnection: (state: Connection) => void;
  /** Why it is not connected; it is tried again unless it stops. */
  readonly onFailure: (failure: DiscordFailure) => void;
  /** Discord does not grant the intent after all. */
  readonly onIntentRefused: () => void;
};

/** The events of Discord, over discord.js: its shards, its resuming; what it gives up is begun anew. */
export class Gateway {
  readonly #options: GatewayOptions;
  #client: Client | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** What the library knows of servers and channels; undefined before the first connection. */
  get client(): Client | undefined {
    return this.#client;
  }

  /** Connected, over and over, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    let waitMs = FIRST_WAIT_MS;
    while (!signal.aborted) {
      this.#options.onConnection('connecting');
      const beganAt = performance.now();
      const failure = await this.#hold(signal);
      if (signal.aborted) break;
      this.#options.onConnection('disconnected');
      if (failure.code === DISALLOWED_INTENTS) this.#options.onIntentRefused();
      this.#options.onFailure(failure);
      if (performance.now() - beganAt > STEADY_MS) waitMs = FIRST_WAIT_MS;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
    }
    this.#options.onConnection('disconnected');
  }

  /** Resolves to why the connection is given up. */
  async #hold(signal: AbortSignal): Promise<DiscordFailure> {
    const client = this.#create();
    this.#client = client;
    const ended = this.#untilEnded(client, signal);
    try {
      // A login that fails is told twice, and only its own failure says why.
      ended.catch(() => undefined);
      await Promise.race([client.login(this.#options.token), ended]);
      return await ended;
    } catch (error) {
      return toGatewayFailure(error);
    } finally {
      await client.destroy();
    }
  }

  #create(): Client {
    const { apiUrl, network, relay, mayReadMessages } = this.#options;
    return new Client({
      // As many as Discord recommends.
      shards: 'auto',
      intents: INTENTS | (mayReadMessages() ? CONTENT_INTENT : 0),
      allowedMentions: { parse: [] },
      // Of what people say, and who they are, nothing is kept here.
      makeCache: Options.cacheWithLimits({
        MessageManager: 0,
        GuildMemberManager: {
          maxSize: 0,
          keepOverLimit: ({ id, client: { user } }) => id === user?.id,
        },
        UserManager: { maxSize: 0, keepOverLimit: ({ id, client: { user } }) => id === user?.id },
        PresenceManager: 0,
        ReactionManager: 0,
        GuildEmojiManager: 0,
        GuildStickerManager: 0,
        VoiceStateManager: 0,
      }),
      ...(relay === undefined ? {} : { ws: { buildStrategy: (manager) => led(manager, relay) } }),
      rest: { api: apiUrl, version: '10', makeRequest: createMakeRequest(network) },
    });
  }

  #untilEnded(client: Client, signal: AbortSignal): Promise<DiscordFailure> {
    const { onPacket, onConnection } = this.#options;
    return new Promise((resolve) => {
      signal.addEventListener('abort', () =>
        resolve(new DiscordFailure(CALL, 'unsure', 'stopped')),
      );
      client.on(Events.Raw, (packet: Packet) => onPacket(packet));
      // Each shard hears servers of its own: who is connected hears them all.
      const away = new Set<number>();
      const back = (shard: number): void => {
        away.delete(shard);
        if (away.size === 0) onConnection('connected');
      };
      client.on(Events.ShardReady, back);
      client.on(Events.ShardResume, back);
      client.on(Events.ShardReconnecting, (shard) => {
        away.add(shard);
        onConnection('connecting');
      });
      client.on(Events.ShardDisconnect, ({ code }) => resolve(closedWith(code)));
      client.on(Events.Invalidated, () => resolve(new DiscordFailure(CALL, 'unsure', 'session')));
      // Without listeners these would end the process; the connection's own end tells what is to be done.
      client.on(Events.Error, () => undefined);
      client.on(Events.ShardError, () => undefined);
    });
  }
}

type Shards = Parameters<NonNullable<WebSocketOptions['buildStrategy']>>[0];

/** Shards as the library makes them, whose addresses, told at the start and for resuming, lead over the relay. */
const led = (manager: Shards, relay: GatewayRelay): IShardingStrategy => {
  const { options } = manager;
  const fetchGatewayInformation = manager.fetchGatewayInformation.bind(manager);
  const updateSessionInfo = options.updateSessionInfo.bind(options);
  manager.fetchGatewayInformation = async (force) => {
    const information = await fetchGatewayInformation(force);
    return { ...information, url: relay.urlFor(information.url) };
  };
  const isLed = (url: string): boolean => url.startsWith(relay.urlFor('').slice(0, -1));
  options.updateSessionInfo = (shard, session) => {
    if (session === null || isLed(session.resumeURL)) return updateSessionInfo(shard, session);
    return updateSessionInfo(shard, { ...session, resumeURL: relay.urlFor(session.resumeURL) });
  };
  return new SimpleShardingStrategy(manager);
};

const CALL = 'gateway';
const DISALLOWED_INTENTS = String(GatewayCloseCodes.DisallowedIntents);

const closedWith = (code: number): DiscordFailure => {
  const isLocked = code === GatewayCloseCodes.AuthenticationFailed;
  return new DiscordFailure(CALL, 'refused', String(code), isLocked ? 401 : 0);
};

/** What the library throws for a connection that it could not make. */
const toGatewayFailure = (error: unknown): DiscordFailure => {
  const { message = '', code } = error as { message?: string; code?: unknown };
  if (code === 'TokenInvalid' || message === 'Authentication failed')
    return closedWith(GatewayCloseCodes.AuthenticationFailed);
  if (code === 'DisallowedIntents' || /disallowed intents/i.test(message))
    return closedWith(GatewayCloseCodes.DisallowedIntents);
  return toDiscordFailure(CALL, error);
};
