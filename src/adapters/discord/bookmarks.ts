import type { ChannelFacts } from './guilds.ts';

/** The last message of each thread and direct message that was journalled: from there it is read on after a restart. */
export interface Bookmarks {
  /** Later than what is there already, or it does nothing. Not waited for: a mark too early only reads more again. */
  mark(where: Pick<ChannelFacts, 'id'>, message: string): void;
  /** Every channel and its last message. */
  all(): AsyncIterable<{ readonly channel: string; readonly message: string }>;
}
