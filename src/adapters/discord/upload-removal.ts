import { MessageFlags, Routes } from 'discord.js';
import type { Conversation, TurnId } from '../../core/conversation.ts';
import type { Logger } from '../../log.ts';
import { nonceOf } from './delivery-key.ts';
import type { DiscordApi } from './discord-api.ts';
import { CODES, DiscordFailure, hasCode, isForbidden } from './discord-failure.ts';
import type { DiscordSettings } from './discord-settings.ts';
import { explainFailure } from './explain-failure.ts';
import type { Guilds } from './guilds.ts';
import type { Removals } from './removals.ts';
import type { ReplyAddress } from './reply-address.ts';
import { PERMISSIONS } from './requirements.ts';

/** Names what moderators are told beside the parts of a reply, of which there are a few. */
const MODERATORS_PART = 40_000;
const REMOVE_MS = 10 * 60_000;
const TELL_MS = 60_000;

export type UploadRemovalOptions = {
  readonly conversation: Conversation;
  readonly api: DiscordApi;
  readonly guilds: Guilds;
  readonly removals: Removals;
  readonly settings: Pick<DiscordSettings, 'removesUploads' | 'moderatorsChannels'>;
  readonly logger: Logger;
};

type Post = { readonly channel: string; readonly message: string };

/** What is done, beside the reply, about a post in a server in which patient data was found; what was found is told nobody. */
export class UploadRemoval {
  readonly #options: UploadRemovalOptions;

  constructor(options: UploadRemovalOptions) {
    this.#options = options;
  }

  /** May be done again: nothing is removed or told twice. Fails with a `WetreadError` as the store fails. */
  async handle(turn: TurnId, address: ReplyAddress, signal: AbortSignal): Promise<void> {
    const { removesUploads, moderatorsChannels } = this.#options.settings;
    if (address.direct || (!removesUploads && moderatorsChannels.length === 0)) return;
    const outcome = removesUploads ? await this.#remove(turn, signal) : STANDS;
    await this.#tell(turn, address, outcome, signal);
  }

  /** What moderators are told of it. */
  async #remove(turn: TurnId, signal: AbortSignal): Promise<string> {
    const { conversation } = this.#options;
    const posts = new Map<string, Post>();
    for (const { channel = '', message = '' } of await conversation.filmReferences(turn))
      posts.set(message, { channel, message });
    if (posts.size === 0) return NO_POST;
    const outcomes: string[] = [];
    for (const post of posts.values()) outcomes.push(await this.#removeOne(post, signal));
    return outcomes.find((outcome) => outcome !== REMOVED) ?? REMOVED;
  }

  async #removeOne({ channel, message }: Post, signal: AbortSignal): Promise<string> {
    const { api, removals, logger } = this.#options;
    await removals.add(message);
    try {
      const route = Routes.channelMessage(channel, message);
      await api.call('DELETE', route, { patienceMs: REMOVE_MS, signal });
      return REMOVED;
    } catch (error) {
      // Removed already, by an earlier try.
      if (hasCode(error, CODES.unknownMessage)) return REMOVED;
      // Not known whether it was done: then it counts as ours for as long as Discord may tell of it.
      if (!(error instanceof DiscordFailure)) throw error;
      if (error.kind === 'refused') await removals.drop(message);
      const outcome = `The post could not be removed: ${this.#reasonOf(error, channel)}`;
      const { code, operator } = explainFailure(error);
      logger.error({ code, call: error.call, reason: error.code }, `${outcome} ${operator}`);
      return outcome;
    }
  }

  #reasonOf(failure: DiscordFailure, channel: string): string {
    const { code } = failure;
    if (!isForbidden(failure)) return `Discord did not take it (${code}).`;
    const missing = this.#options.guilds.missing(channel, ['ViewChannel', 'ManageMessages']);
    const names = missing.join(', ') || PERMISSIONS.ManageMessages.name;
    return `Wetread lacks the permission ${names} there.`;
  }

  async #tell(
    turn: TurnId,
    { workspace, channel, thread }: ReplyAddress,
    outcome: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { api, guilds, settings, logger } = this.#options;
    try {
      for (const id of settings.moderatorsChannels) {
        // Of a server's posts its own moderators are told.
        if ((await guilds.channel(id)).guild !== workspace) continue;
        const where = (await guilds.findThread(thread)) === undefined ? channel : thread;
        const body = {
          content: `${FOUND} <#${where}>. ${outcome}`,
          flags: MessageFlags.SuppressEmbeds,
          allowed_mentions: { parse: [], replied_user: false },
          nonce: nonceOf(turn, MODERATORS_PART),
          enforce_nonce: true,
        };
        const options = { body, repeatable: true, patienceMs: TELL_MS, signal };
        await api.call('POST', Routes.channelMessages(id), options);
      }
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
      logger.error({ call: error.call, code: error.code }, 'moderators were not told');
    }
  }
}

const FOUND = 'Text that looks like patient data was found in a film that was posted in';
const REMOVED = 'The post was removed.';
const STANDS = 'The post still shows it.';
/** It came with a command, or its post is not known. */
const NO_POST = 'There is no post of it that Wetread could remove.';
