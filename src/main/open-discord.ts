import { createDiscordAdapter, type DiscordAdapter } from '../adapters/discord/discord.ts';
import { createBookmarks } from '../adapters/discord/kept-bookmarks.ts';
import { createRemovals } from '../adapters/discord/kept-removals.ts';
import type { Config } from '../config.ts';
import type { Conversation } from '../core/conversation.ts';
import type { Records } from '../core/records.ts';
import type { TeachingCases } from '../core/teaching-case.ts';
import type { Logger } from '../log.ts';

export type OpenDiscordOptions = {
  readonly config: Config;
  /** May be ones that are not there yet. */
  readonly conversation: Conversation;
  readonly cases: TeachingCases;
  readonly model: { readonly name: string; readonly demo: boolean };
  /** Fails while the store is not open. */
  readonly records: () => Records;
  readonly logger: Logger;
};

/** Discord as it is set up; undefined: it is not. */
export const openDiscord = ({
  config,
  records,
  ...parts
}: OpenDiscordOptions): DiscordAdapter | undefined => {
  if (config.discord === undefined) return undefined;
  const { logger } = parts;
  const keptMs = config.retention.turnsMs;
  return createDiscordAdapter({
    ...parts,
    settings: config.discord,
    bookmarks: createBookmarks({ records, keptMs, logger }),
    removals: createRemovals(records),
    now: Date.now,
  });
};
