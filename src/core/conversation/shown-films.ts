import type { Message, MessageReference, TurnId } from '../conversation.ts';
import { commandIn } from './command.ts';
import type { Journal } from './journal.ts';
import { threadKeyOf } from './thread-key.ts';
import { turnIdOf } from './turn-id.ts';
import type { FilmSource, JournalledMessage, ShownRecord, TurnRecord } from './turn-record.ts';

/** Remembers a film that is shown among people: only where it is, for when somebody asks about it. */
export const rememberShown = async (journal: Journal, message: Message): Promise<void> => {
  const attachments = message.attachments.flatMap(({ reference }) =>
    reference === undefined ? [] : [{ reference }],
  );
  if (attachments.length === 0) return;
  const turn = turnIdOf(message);
  // The platform tells of a message in two ways, and by the other one it was said to the bot.
  if ((await journal.message(turn)) !== undefined) return;
  const threadKey = threadKeyOf(message);
  await Promise.all([
    journal.writeShown(threadKey, { from: sourceOf(message), stopped: undefined, attachments }),
    journal.writeTurn(turn, { shownIn: threadKey }),
  ]);
};

/** Remembers the films of a turn that was stopped before it took them in: they are the next question's. */
export const rememberUnread = async (
  journal: Journal,
  { id, threadKey, message, filmFrom }: TurnRecord,
): Promise<void> => {
  const attachments = message.attachments.filter((film) => !('failed' in film));
  if (attachments.length === 0) return;
  await journal.writeShown(threadKey, {
    from: filmFrom ?? sourceOf(message),
    stopped: id,
    attachments,
  });
};

/** By the message that showed a film, `turn` is found when it is deleted. */
export const leadToTurn = async (
  journal: Journal,
  shown: MessageReference,
  turn: TurnId,
): Promise<void> => {
  const id = turnIdOf(shown);
  const stopped = await journal.turn(id);
  const record =
    stopped === undefined ? { joins: turn, words: undefined } : { ...stopped, filmsIn: turn };
  await journal.writeTurn(id, record);
};

const sourceOf = ({
  platform,
  workspace,
  channel,
  id,
  author,
}: Message | JournalledMessage): FilmSource => ({ platform, workspace, channel, id, author });

/** The turn with the films that were shown before. */
export const withShown = (record: TurnRecord, { from, attachments }: ShownRecord): TurnRecord => ({
  ...record,
  message: { ...record.message, attachments },
  filmFrom: from,
});

/** A question that waited behind a film whose turn was stopped before it was taken in takes that film up. */
export const takeUpShown = async (
  journal: Journal,
  record: TurnRecord,
  words: string,
): Promise<TurnRecord> => {
  const { message, answers, threadKey, id } = record;
  const isOfItsOwn = message.attachments.length > 0 || message.about !== undefined;
  if (isOfItsOwn || answers !== undefined || commandIn(words) !== undefined) return record;
  const shown = await journal.shown(threadKey);
  if (shown?.stopped === undefined) return record;
  const turns = await journal.keptTurns(threadKey);
  if (turns.indexOf(id) < turns.indexOf(shown.stopped)) return record;
  const withFilms = withShown(record, shown);
  await Promise.all([journal.writeTurn(id, withFilms), leadToTurn(journal, shown.from, id)]);
  await journal.dropShown(threadKey);
  return withFilms;
};
