import type { HttpAdapter } from '../adapters/http.ts';
import type { Config } from '../config.ts';
import type { Fetcher } from '../core/conversation.ts';
import type { Logger } from '../log.ts';
import { openDiscord, type OpenDiscordOptions } from './open-discord.ts';
import { httpOf, openSlack } from './open-slack.ts';

export const DEMO_STAYS_OUT =
  'The demonstration model does not answer in Slack and Discord, where its findings could be believed; DEMO_IN_CHAT=on lets it.';

/** A chat platform that people speak to the bot on. */
type Chat = {
  readonly name: string;
  readonly fetcher: Fetcher;
  readonly connection: 'connected' | 'connecting' | 'disconnected';
  start(): void;
  stop(graceMs: number): Promise<void>;
};

/** The chat platforms that are set up, as one. */
export class Chats {
  readonly #config: Config;
  readonly #logger: Logger;
  readonly #chats: readonly Chat[];
  /** What platforms call over HTTP. */
  readonly http: readonly HttpAdapter[];

  constructor(options: OpenDiscordOptions) {
    this.#config = options.config;
    this.#logger = options.logger;
    const slack = openSlack(options);
    const discord = openDiscord(options);
    this.#chats = [slack, discord].filter((chat) => chat !== undefined);
    this.http = httpOf(slack);
  }

  get none(): boolean {
    return this.#chats.length === 0;
  }

  /**
   * By platform. Without a platform, its turns wait for a server that has it; a demonstration model that is kept out does
   * not answer what a server with another model has left there either.
   */
  fetchersFor(demo: boolean): Readonly<Record<string, Fetcher>> {
    const chats = this.#keepsOut(demo) ? [] : this.#chats;
    return Object.fromEntries(chats.map(({ name, fetcher }) => [name, fetcher]));
  }

  get connections(): Readonly<Record<string, Chat['connection']>> {
    return Object.fromEntries(this.#chats.map(({ name, connection }) => [name, connection]));
  }

  /** Begins in the background: what keeps a platform away keeps nobody else away. */
  start(demo: boolean): void {
    if (this.none) return;
    if (this.#keepsOut(demo)) this.#logger.warn(DEMO_STAYS_OUT);
    else for (const chat of this.#chats) chat.start();
  }

  /** Out of the chats, where its findings could be believed. */
  #keepsOut(demo: boolean): boolean {
    return demo && !this.#config.demoInChat;
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.#chats.map((chat) => chat.stop(graceMs)));
  }
}
