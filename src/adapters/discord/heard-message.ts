import type { APIMessage } from 'discord.js';
import type { Message } from '../../core/conversation.ts';
import type { ChannelFacts } from './guilds.ts';
import { hasFilms } from './message-films.ts';

/** What the adapter is called in messages, and where its turns wait. */
export const PLATFORM = 'discord';

/** Where a message belongs: its own channel, the channel that counts for lists, and the thread it is talked about in. */
export type CasePlace = Pick<Message, 'workspace' | 'channel' | 'thread'>;

/**
 * Of a message in a thread or a direct message, that; of one in a channel, the thread that is opened for it, which has
 * the message's id.
 */
export const placeOf = ({ id, kind, guild, parent }: ChannelFacts, message: string): CasePlace => ({
  workspace: guild,
  channel: parent,
  thread: kind === 'channel' ? message : id,
});

export type Spoken = {
  /** The words without the mention of the bot. */
  readonly words: string;
  readonly mentionsBot: boolean;
  /** By its name in the words, and not by replying to it alone: in a teaching case a reply is an answer. */
  readonly namesBot: boolean;
  /** Speaks to somebody else. */
  readonly mentionsOthers: boolean;
};

export type Said = Pick<APIMessage, 'content' | 'mentions' | 'referenced_message' | 'author'>;

/** What a message says, and to whom. A role's or everybody's mention speaks to nobody in particular. */
export const readSpoken = (
  { content, mentions, referenced_message, author }: Said,
  bot: string,
): Spoken => {
  const answered = referenced_message ?? undefined;
  const answersBot = answered?.author.id === bot;
  // A reply to a film, or to oneself, is about that and not to somebody.
  const isToSomebody =
    answered !== undefined &&
    !answersBot &&
    !hasFilms(answered) &&
    answered.author.id !== author.id;
  const named = mentions.some(({ id }) => id === bot) || content.includes(`<@${bot}>`);
  const others = mentions.filter(({ id }) => id !== bot && id !== answered?.author.id);
  return {
    words: wordsOf(content, bot),
    mentionsBot: named || answersBot,
    namesBot: content.includes(`<@${bot}>`) || content.includes(`<@!${bot}>`),
    mentionsOthers: others.length > 0 || isToSomebody,
  };
};

/** Mentions of others stand as nothing: ids are no words for a model. */
const wordsOf = (content: string, bot: string): string =>
  content
    .replaceAll(new RegExp(`<@!?${bot}>`, 'g'), ' ')
    .replaceAll(/<(?:@[!&]?|#)\d+>/g, ' ')
    .replaceAll(/<a?:(\w+):\d+>/g, '$1')
    .replaceAll(/[^\S\n]+/g, ' ')
    .trim();

/** When a message was written, from its id: discord.com/developers/docs/reference, "snowflakes". */
export const timeOf = (id: string): number => Number((BigInt(id) >> 22n) + DISCORD_EPOCH_MS);

const DISCORD_EPOCH_MS = 1_420_070_400_000n;
