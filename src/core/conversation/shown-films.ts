import type { Message } from '../conversation.ts';
import type { Journal } from './journal.ts';
import { threadKeyOf } from './thread-key.ts';
import { turnIdOf } from './turn-id.ts';
import type { ShownRecord, TurnRecord } from './turn-record.ts';

/** Remembers a film that is shown among people: only where it is, for when somebody asks about it. */
export const rememberShown = async (journal: Journal, message: Message): Promise<void> => {
  const references = message.attachments.flatMap(({ reference }) =>
    reference === undefined ? [] : [reference],
  );
  if (references.length === 0) return;
  const turn = turnIdOf(message);
  // The platform tells of a message in two ways, and by the other one it was said to the bot.
  if ((await journal.message(turn)) !== undefined) return;
  const { platform, workspace, channel, id, author } = message;
  const shown = { message: { platform, workspace, channel, id }, author, references };
  const threadKey = threadKeyOf(message);
  await Promise.all([
    journal.writeShown(threadKey, shown),
    journal.writeTurn(turn, { shownIn: threadKey }),
  ]);
};

/** The turn with the films that were shown before. */
export const withShown = (record: TurnRecord, shown: ShownRecord): TurnRecord => ({
  ...record,
  message: {
    ...record.message,
    attachments: shown.references.map((reference) => ({ reference })),
  },
  filmFrom: shown.message,
});
