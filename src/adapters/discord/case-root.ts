import { Routes, type APIMessage } from 'discord.js';
import type { Application } from './application.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import { readSpoken } from './heard-message.ts';
import { hasFilms } from './message-films.ts';
import { pressedFor } from './private-question.ts';

/** Replies that are gone back over, where a case has no thread of its own; a longer talk is a new case. */
const MOST_STEPS = 10;
const PATIENCE_MS = 10_000;

type Said = Pick<APIMessage, 'id' | 'channel_id' | 'author'> &
  Partial<
    Pick<
      APIMessage,
      | 'attachments'
      | 'content'
      | 'interaction_metadata'
      | 'mentions'
      | 'message_reference'
      | 'referenced_message'
    >
  >;

export type CaseRootOptions = {
  readonly api: DiscordApi;
  readonly application: () => Application;
};

/**
 * The message that a case goes by in a channel: that of the film, or of the first question. What is said to the bot
 * there leads to it by what it replies to. Fails with a `DiscordFailure`.
 */
export class CaseRoot {
  readonly #options: CaseRootOptions;

  constructor(options: CaseRootOptions) {
    this.#options = options;
  }

  async of(message: Said): Promise<string> {
    let at = message;
    for (let left = MOST_STEPS; left > 0; left -= 1) {
      const before = await this.#before(at);
      if (before === undefined) break;
      at = before;
    }
    return at.id;
  }

  /** What a message goes back to; undefined: it begins a case itself. */
  async #before(message: Said): Promise<Said | undefined> {
    const { user } = this.#options.application();
    const { author, message_reference: reference } = message;
    const isOurs = author.id === user;
    // What is shown to one person alone stands for the message that was pressed.
    const to = reference?.message_id ?? (isOurs ? pressedFor(message) : undefined);
    if (to === undefined || (!isOurs && hasFilms(message))) return undefined;
    const answered = message.referenced_message ?? (await this.#find(message.channel_id, to));
    if (answered === undefined) return undefined;
    if (isOurs || answered.author.id === user) return answered;
    return hasFilms(answered) && speaksToUs(message, user) ? answered : undefined;
  }

  async #find(channel: string, id: string): Promise<APIMessage | undefined> {
    try {
      const route = Routes.channelMessage(channel, id);
      return await this.#options.api.call<APIMessage>('GET', route, { patienceMs: PATIENCE_MS });
    } catch (error) {
      if (error instanceof DiscordFailure && error.kind === 'refused') return undefined;
      throw error;
    }
  }
}

const speaksToUs = (
  { content = '', mentions = [], author, referenced_message = null }: Said,
  user: string,
): boolean => readSpoken({ content, mentions, author, referenced_message }, user).mentionsBot;
