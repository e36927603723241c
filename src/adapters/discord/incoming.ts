import {
  GatewayDispatchEvents,
  MessageType,
  type APIMessage,
  type GatewayMessageCreateDispatchData,
  type GatewayThreadDeleteDispatchData,
} from 'discord.js';
import type { Conversation, Message, TurnId } from '../../core/conversation.ts';
import { KeyedSeries } from '../../core/conversation/keyed-series.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { untilDone } from '../until-done.ts';
import type { Application } from './application.ts';
import type { Bookmarks } from './bookmarks.ts';
import type { CaseRoot } from './case-root.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import type { FilmBefore } from './film-before.ts';
import type { FilmLinks } from './film-links.ts';
import type { Packet } from './gateway.ts';
import type { ChannelFacts, Guilds } from './guilds.ts';
import { PLATFORM, placeOf, readSpoken, type CasePlace, type Spoken } from './heard-message.ts';
import { filmsOf, hasFilms } from './message-films.ts';
import type { OwnThreads } from './own-threads.ts';
import type { Refusals } from './refusals.ts';
import type { Removals } from './removals.ts';
import type { Replies } from './replies.ts';

const LONGEST_RETRY_MS = 15_000;
/** Discord has no acknowledgement: what cannot be journalled is kept here and tried again, so long. */
const PATIENCE_MS = 10 * 60_000;

/** Messages that people write; the others are joins, pins and pointers to threads. */
const WRITTEN: ReadonlySet<MessageType> = new Set([MessageType.Default, MessageType.Reply]);

export type IncomingOptions = {
  readonly conversation: Conversation;
  readonly api: DiscordApi;
  readonly application: () => Application;
  readonly guilds: Guilds;
  readonly threads: OwnThreads;
  readonly films: FilmBefore;
  readonly roots: CaseRoot;
  readonly links: FilmLinks;
  readonly replies: Replies;
  readonly refusals: Refusals;
  readonly bookmarks: Bookmarks;
  readonly removals: Removals;
  readonly logger: Logger;
  readonly signal: AbortSignal;
};

export type HeardMessage = APIMessage &
  Partial<Pick<GatewayMessageCreateDispatchData, 'guild_id' | 'member'>>;

/** Takes what Discord tells of messages. In a channel one after the other, in the order in which they come. */
export class Incoming {
  readonly #options: IncomingOptions;
  readonly #series = new KeyedSeries();

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  hear(packet: Packet): void {
    if (packet.t === GatewayDispatchEvents.MessageCreate)
      this.#later(packet.d.channel_id, () => this.#take(packet.d));
    else if (packet.t === GatewayDispatchEvents.MessageUpdate)
      this.#later(packet.d.channel_id, () => this.#edited(packet.d));
    else if (packet.t === GatewayDispatchEvents.MessageDelete)
      this.#later(packet.d.channel_id, () => this.#deleted(packet.d.channel_id, [packet.d.id]));
    else if (packet.t === GatewayDispatchEvents.MessageDeleteBulk)
      this.#later(packet.d.channel_id, () => this.#deleted(packet.d.channel_id, packet.d.ids));
    else if (packet.t === GatewayDispatchEvents.ThreadDelete)
      this.#later(packet.d.id, () => this.#threadDeleted(packet.d));
  }

  /** A message that was read back: told already, perhaps, in which case it is the same turn. */
  hearAgain(message: HeardMessage): void {
    this.#later(message.channel_id, () => this.#take(message));
  }

  /** Resolves once it is journalled, or nothing is to be done. */
  async #take(message: HeardMessage): Promise<void> {
    const { application } = this.#options;
    const { id, channel_id, author, type } = message;
    if (author.id === application().user || author.bot === true || !WRITTEN.has(type)) return;
    if (message.webhook_id !== undefined) return;
    const where = await this.#insist(() => this.#options.guilds.channel(channel_id));
    if (where === undefined) return;
    const spoken = this.#readSpoken(message, where);
    const addressed = await this.#isAddressed(message, where, spoken);
    if (!addressed && !(where.kind === 'thread' && hasFilms(message))) return;
    const place = await this.#placeOf(message, where);
    const heard = this.#toMessage(message, { where, place, spoken, addressed });
    await this.#journal(heard, message);
    if (addressed)
      this.#options.bookmarks.mark({ id: heard.direct ? channel_id : heard.thread }, id);
  }

  async #journal(heard: Message, message: HeardMessage): Promise<void> {
    const { replies, refusals } = this.#options;
    const { workspace, channel, thread, author, direct } = heard;
    const address = { workspace, channel, thread, question: heard.id, author, direct };
    try {
      const turn = await this.#insist(() => this.#takeHeard(heard, message));
      if (turn !== undefined) replies.follow(turn, address);
    } catch (error) {
      if (!(error instanceof WetreadError)) throw error;
      if (heard.addressed) await refusals.say(address, error);
    }
  }

  /** What is asked about a film that stands before it brings that with it. */
  async #takeHeard(heard: Message, message: HeardMessage): Promise<TurnId | undefined> {
    const { conversation, films } = this.#options;
    if (!heard.addressed || heard.attachments.length > 0) return conversation.take(heard);
    const words = await films.bring(heard, message);
    return conversation.take(words === undefined ? heard : { ...heard, text: words });
  }

  #readSpoken(message: HeardMessage, { guild }: ChannelFacts): Spoken {
    const { application, guilds } = this.#options;
    const spoken = readSpoken(message, application().user);
    const role = guilds.ownRole(guild);
    const byRole = role !== undefined && message.mention_roles.includes(role);
    return byRole ? { ...spoken, mentionsBot: true } : spoken;
  }

  async #isAddressed(message: HeardMessage, where: ChannelFacts, spoken: Spoken): Promise<boolean> {
    const { threads } = this.#options;
    if (where.kind === 'direct' || spoken.mentionsBot) {
      if (where.kind === 'thread') threads.spokenTo(where, message.id === where.id);
      return true;
    }
    // Without the intent, what is not said to us comes without its words: there is nothing to answer.
    const isBlank = message.content === '' && !hasFilms(message);
    if (isBlank || where.kind !== 'thread' || spoken.mentionsOthers) return false;
    return (await this.#insist(() => threads.isOwn(where, message.id))) === true;
  }

  /** In a channel, the case of the film that is replied to, of the bot's reply, or a new one. */
  async #placeOf(message: HeardMessage, where: ChannelFacts): Promise<CasePlace> {
    if (where.kind !== 'channel') return placeOf(where, message.id);
    const root = await this.#insist(() => this.#options.roots.of(message));
    return placeOf(where, root ?? message.id);
  }

  #toMessage(
    message: HeardMessage,
    {
      where,
      place,
      spoken,
      addressed,
    }: {
      readonly where: ChannelFacts;
      readonly place: CasePlace;
      readonly spoken: Spoken;
      readonly addressed: boolean;
    },
  ): Message {
    const { guilds, links } = this.#options;
    const { id, author, member } = message;
    return {
      platform: PLATFORM,
      ...place,
      id,
      author: author.id,
      standing: guilds.standing(where, author.id, member?.roles ?? []),
      direct: where.kind === 'direct',
      text: spoken.words,
      ask: undefined,
      about: undefined,
      attachments: filmsOf(message, links),
      addressed,
      choose: undefined,
      mentioned: spoken.namesBot,
    };
  }

  async #edited(message: HeardMessage): Promise<void> {
    const { conversation, application, guilds } = this.#options;
    const { id, channel_id, content, edited_timestamp, author } = message;
    // Previews of links, pins and flags are told as edits, too.
    if (edited_timestamp == null || author.id === application().user) return;
    const { guild, parent } = await guilds.channel(channel_id);
    const reference = { platform: PLATFORM, workspace: guild, channel: parent, id };
    if (content === '' && !application().mayReadMessages) return;
    await conversation.edited(reference, readSpoken(message, application().user).words);
  }

  async #deleted(channel: string, ids: readonly string[]): Promise<void> {
    const { conversation, guilds, removals } = this.#options;
    const where = await this.#insist(() => guilds.channel(channel));
    if (where === undefined) return;
    const { guild, parent } = where;
    for (const id of ids) {
      if ((await this.#insist(() => removals.has(id))) === true) continue;
      const reference = { platform: PLATFORM, workspace: guild, channel: parent, id };
      await this.#insist(() => conversation.deleted(reference));
    }
  }

  /** With a thread goes all that was said there. */
  async #threadDeleted({
    id,
    guild_id,
    parent_id,
  }: GatewayThreadDeleteDispatchData): Promise<void> {
    const { conversation } = this.#options;
    const place = { platform: PLATFORM, workspace: guild_id, channel: parent_id ?? id, thread: id };
    await this.#insist(() => conversation.forget(place));
  }

  /** Again while the store or Discord fails. undefined: Discord says that there is no such thing. */
  async #insist<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    const { signal } = this.#options;
    const giveUpAt = Date.now() + PATIENCE_MS;
    const mayPass = (error: unknown): boolean =>
      Date.now() <= giveUpAt &&
      !isRefused(error) &&
      (error instanceof DiscordFailure || (error instanceof WetreadError && isPassing(error)));
    try {
      return await untilDone(work, { mayPass, longestWaitMs: LONGEST_RETRY_MS, signal });
    } catch (error) {
      if (isRefused(error)) return undefined;
      throw error;
    }
  }

  #later(channel: string, work: () => Promise<void>): void {
    const { logger, signal } = this.#options;
    this.#series.run(channel, work).catch((error: unknown) => {
      if (signal.aborted) return;
      const code =
        error instanceof WetreadError || error instanceof DiscordFailure ? error.code : undefined;
      logger.error({ code, error }, 'something of Discord was not taken');
    });
  }
}

/** Kept and tried again: the store may be there in a minute. */
const isPassing = ({ code }: WetreadError): boolean => code === 'store-failed';

const isRefused = (error: unknown): boolean =>
  error instanceof DiscordFailure && error.kind === 'refused';
