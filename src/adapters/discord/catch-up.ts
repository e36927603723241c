import { Routes, type APIGuildMember, type APIMessage } from 'discord.js';
import type { Logger } from '../../log.ts';
import type { Bookmarks } from './bookmarks.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { Guilds } from './guilds.ts';
import type { HeardMessage, Incoming } from './incoming.ts';

const PAGE = 100;
/** A thread in which more was said meanwhile is not read to its end. */
const MOST_PAGES = 5;

export type CatchUpOptions = {
  readonly api: DiscordApi;
  readonly guilds: Guilds;
  readonly bookmarks: Bookmarks;
  readonly incoming: Incoming;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

/**
 * What was said in the bot's threads and direct messages while it was away: each is read from its last journalled
 * message on, after a start and after a connection that could not be resumed.
 */
export class CatchUp {
  readonly #options: CatchUpOptions;
  #running: Promise<void> | undefined;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Once more, after what is being read already. */
  begin(): void {
    const { logger, signal } = this.#options;
    const before = this.#running ?? Promise.resolve();
    this.#running = before
      .then(() => this.#run())
      .catch((error: unknown) => {
        if (!signal.aborted) logger.warn({ error }, 'what was said meanwhile was not read');
      });
  }

  async #run(): Promise<void> {
    const { bookmarks, signal, logger } = this.#options;
    let count = 0;
    for await (const { channel, message } of bookmarks.all()) {
      signal.throwIfAborted();
      count += await this.#read(channel, message);
    }
    if (count > 0) logger.info({ count }, 'read what was said meanwhile');
  }

  async #read(channel: string, from: string): Promise<number> {
    const { api, signal, incoming } = this.#options;
    let after = from;
    let count = 0;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      let messages: readonly APIMessage[];
      try {
        const query = { after, limit: String(PAGE) };
        const route = Routes.channelMessages(channel);
        messages = await api.call<APIMessage[]>('GET', route, { query, signal });
      } catch (error) {
        // The thread is gone, or is not ours to read any more.
        if (error instanceof DiscordFailure && error.kind === 'refused') break;
        throw error;
      }
      // Newest first.
      for (const message of messages.toReversed()) {
        incoming.hearAgain(await this.#withMember(message));
        count += 1;
      }
      if (messages.length < PAGE) break;
      after = messages[0]?.id ?? after;
    }
    return count;
  }

  /** Read back, a message does not say which roles its author has. */
  async #withMember(message: APIMessage): Promise<HeardMessage> {
    const { api, guilds, signal } = this.#options;
    const { guild } = await guilds.channel(message.channel_id);
    if (guild === '' || message.author.bot === true) return message;
    try {
      const route = Routes.guildMember(guild, message.author.id);
      const member = await api.call<APIGuildMember>('GET', route, { signal, patienceMs: 5_000 });
      return { ...message, guild_id: guild, member };
    } catch (error) {
      if (error instanceof DiscordFailure) return message;
      throw error;
    }
  }
}
