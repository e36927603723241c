import { Routes, type APIMessage } from 'discord.js';
import type { Application } from './application.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { FollowUps } from './discord-settings.ts';
import type { ChannelFacts } from './guilds.ts';
import { readSpoken } from './heard-message.ts';

/** Threads that are remembered at the same time; of others Discord is asked again. */
const MOST = 20_000;
const PAGE = '100';
const PATIENCE_MS = 10_000;

/** Posts that carry such a tag are read without a mention. */
const TAG = /^wet[ -]?read$/i;

export type OwnThreadsOptions = {
  readonly api: DiscordApi;
  readonly application: () => Application;
  readonly followUps: FollowUps;
};

/** In which threads people speak to the bot without a mention. */
export class OwnThreads {
  readonly #options: OwnThreadsOptions;
  readonly #known = new Map<string, boolean>();

  constructor(options: OwnThreadsOptions) {
    this.#options = options;
  }

  /** The bot was spoken to in a thread. `begins`: by the message that it begins with. */
  spokenTo({ id }: ChannelFacts, begins: boolean): void {
    if (begins || this.#options.followUps === 'joined') this.#remember(id, true);
  }

  /** `message`: the one that it is asked for. Fails with a `DiscordFailure`. */
  async isOwn(thread: ChannelFacts, message: string): Promise<boolean> {
    const { application, followUps } = this.#options;
    const isTagged = thread.tags.some((tag) => TAG.test(tag));
    // The post itself is what its tag asks for.
    if (isTagged && message === thread.id) return true;
    if (followUps === 'never') return false;
    if (isTagged || thread.owner === application().user) return true;
    const known = this.#known.get(thread.id);
    if (known !== undefined) return known;
    const own =
      followUps === 'joined' ? await this.#hasAnswered(thread) : await this.#began(thread);
    this.#remember(thread.id, own);
    return own;
  }

  /** The first message of the thread spoke to us. */
  async #began({ id, parent, inForum }: ChannelFacts): Promise<boolean> {
    const route = Routes.channelMessage(inForum ? id : parent, id);
    const starter = await this.#ask<APIMessage>(route);
    return (
      starter !== undefined && readSpoken(starter, this.#options.application().user).mentionsBot
    );
  }

  async #hasAnswered({ id }: ChannelFacts): Promise<boolean> {
    const { user } = this.#options.application();
    const messages = await this.#ask<APIMessage[]>(Routes.channelMessages(id), { limit: PAGE });
    return (messages ?? []).some(({ author }) => author.id === user);
  }

  async #ask<Answer>(
    route: `/${string}`,
    query: Readonly<Record<string, string>> = {},
  ): Promise<Answer | undefined> {
    try {
      const options = { query, patienceMs: PATIENCE_MS };
      return await this.#options.api.call<Answer>('GET', route, options);
    } catch (error) {
      if (error instanceof DiscordFailure && error.kind === 'refused') return undefined;
      throw error;
    }
  }

  #remember(thread: string, own: boolean): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(thread, own);
  }
}
