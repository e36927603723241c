import type { Place } from '../conversation.ts';

/** Which thread a message is in, as a key of its line and its record. */
export const threadKeyOf = ({ platform, workspace, channel, thread }: Place): string =>
  JSON.stringify([platform, workspace, channel, thread]);
