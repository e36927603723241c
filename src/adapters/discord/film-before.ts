import { Routes, type APIMessage } from 'discord.js';
import type { Conversation, Message } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Application } from './application.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { FilmLinks } from './film-links.ts';
import type { Guilds } from './guilds.ts';
import { readSpoken } from './heard-message.ts';
import { filmsOf, hasFilms } from './message-films.ts';

/** Messages of a thread that are looked through for its film. */
const PAGE = '100';
const PATIENCE_MS = 10_000;
/** Threads that were looked through in this process; an old one is looked through once. */
const MOST = 20_000;

export type FilmBeforeOptions = {
  readonly conversation: Conversation;
  readonly api: DiscordApi;
  readonly application: () => Application;
  readonly guilds: Guilds;
  readonly links: FilmLinks;
  readonly logger: Logger;
};

type Asking = Pick<APIMessage, 'id' | 'channel_id' | 'referenced_message' | 'message_reference'>;

/** The film that a question without one is about: what it replies to, or what its thread began with. */
export class FilmBefore {
  readonly #options: FilmBeforeOptions;
  readonly #looked = new Set<string>();

  constructor(options: FilmBeforeOptions) {
    this.#options = options;
  }

  /**
   * Shows the core the film, as if it had just been posted there. Resolves to the words that stand for a question
   * without any: what was written with the film.
   */
  async bring(asking: Message, message: Asking): Promise<string | undefined> {
    const film = (await this.#answered(message)) ?? (await this.#threadsOwn(asking, message));
    if (film === undefined) return undefined;
    const spoken = readSpoken(film, this.#options.application().user);
    await this.show(asking, film);
    return asking.text === '' && spoken.words !== '' ? spoken.words : undefined;
  }

  /** Where the film is, for whoever asks about it in that place. False: it is nobody's, or was a turn itself. */
  async show(
    { platform, workspace, channel, thread, direct }: Omit<Message, 'id'>,
    film: APIMessage,
  ): Promise<boolean> {
    const { conversation, application, guilds, links } = this.#options;
    const { mentionsBot, words } = readSpoken(film, application().user);
    // A message that spoke to the bot was a turn of its own.
    if (mentionsBot || direct || film.author.id === application().user) return false;
    await conversation.take({
      platform,
      workspace,
      channel,
      thread,
      id: film.id,
      author: film.author.id,
      standing: guilds.standing({ guild: workspace, parent: channel }, film.author.id, []),
      direct,
      text: words,
      ask: undefined,
      about: undefined,
      attachments: filmsOf(film, links),
      addressed: false,
      choose: undefined,
    });
    return true;
  }

  /** The message that is replied to, if it holds a film of somebody's. */
  async #answered({
    referenced_message,
    message_reference,
  }: Asking): Promise<APIMessage | undefined> {
    const told = referenced_message ?? undefined;
    if (told === undefined || message_reference === undefined) return undefined;
    if (hasFilms(told)) return told;
    if (told.content !== '' || told.author.id === this.#options.application().user)
      return undefined;
    const found = await this.#find(message_reference.channel_id, told.id);
    if (found !== undefined && hasFilms(found)) return found;
    // It may well hold a film: without the intent Discord blanks what it holds.
    if (!this.#options.application().mayReadMessages) throw new WetreadError('discord-content');
    return undefined;
  }

  /** In a thread where the bot has said nothing yet: its newest film, or the one that it was opened from. */
  async #threadsOwn(asking: Message, message: Asking): Promise<APIMessage | undefined> {
    const { api, application, logger } = this.#options;
    const { thread, channel, direct } = asking;
    if (direct || message.channel_id !== thread || this.#looked.has(thread)) return undefined;
    const { user } = application();
    try {
      const query = { limit: PAGE };
      const options = { query, patienceMs: PATIENCE_MS };
      const messages = await api.call<APIMessage[]>('GET', Routes.channelMessages(thread), options);
      this.#remember(thread);
      if (messages.some(({ author }) => author.id === user)) return undefined;
      // Newest first.
      const film = messages.find(
        ({ id, ...one }) => BigInt(id) < BigInt(message.id) && hasFilms(one),
      );
      if (film !== undefined) return film;
      const { inForum } = await this.#options.guilds.channel(thread);
      return await this.#find(inForum ? thread : channel, thread);
    } catch (error) {
      if (!(error instanceof DiscordFailure) || error.kind !== 'refused') throw error;
      this.#remember(thread);
      const { call, code } = error;
      logger.warn({ call, code }, 'what was said before in a thread was not read');
      return undefined;
    }
  }

  /** undefined: there is none. */
  async #find(channel: string, id: string): Promise<APIMessage | undefined> {
    try {
      const options = { patienceMs: PATIENCE_MS };
      const route = Routes.channelMessage(channel, id);
      return await this.#options.api.call<APIMessage>('GET', route, options);
    } catch (error) {
      if (error instanceof DiscordFailure && error.kind === 'refused') return undefined;
      throw error;
    }
  }

  #remember(thread: string): void {
    if (this.#looked.size >= MOST) this.#looked.clear();
    this.#looked.add(thread);
  }
}
