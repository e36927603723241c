import { MessageFlags, Routes } from 'discord.js';
import type { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure } from './discord-failure.ts';
import { quietMarkdown } from './quiet-markdown.ts';
import type { ReplyAddress } from './reply-address.ts';

const PATIENCE_MS = 10_000;
const NOBODY = { parse: [], replied_user: false };

export type RefusalsOptions = { readonly api: DiscordApi; readonly logger: Logger };

/** Says why a message was not taken, as a reply to it. It is a courtesy: nothing fails when it cannot be said. */
export class Refusals {
  readonly #options: RefusalsOptions;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  async say(
    { channel, thread, question, direct }: ReplyAddress,
    { message }: WetreadError,
  ): Promise<void> {
    const { api, logger } = this.#options;
    // A thread that is not open yet is not opened for this.
    const where = direct || thread === question ? channel : thread;
    const body = {
      content: quietMarkdown(message),
      flags: MessageFlags.SuppressEmbeds,
      allowed_mentions: NOBODY,
      message_reference: { message_id: question, fail_if_not_exists: false },
    };
    try {
      await api.call('POST', Routes.channelMessages(where), { body, patienceMs: PATIENCE_MS });
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      logger.warn({ call: error.call, code: error.code }, 'somebody was not told');
    }
  }

  /** To one person, in a direct message. */
  async tellAlone(user: string, sentence: string): Promise<void> {
    const { api, logger } = this.#options;
    try {
      const options = { body: { recipient_id: user }, patienceMs: PATIENCE_MS, repeatable: true };
      const { id } = await api.call<{ id: string }>('POST', Routes.userChannels(), options);
      const body = { content: quietMarkdown(sentence), allowed_mentions: NOBODY };
      await api.call('POST', Routes.channelMessages(id), { body, patienceMs: PATIENCE_MS });
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      logger.warn({ call: error.call, code: error.code }, 'somebody was not told');
    }
  }
}
