import type { Attachment, TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';

/** Where the films that came with a turn lie on its platform. */
export const filmReferences = async (
  journal: Journal,
  id: TurnId,
): Promise<readonly NonNullable<Attachment['reference']>[]> => {
  const record = await journal.turn(id);
  const attachments = record?.message.attachments ?? [];
  return attachments.flatMap((film) => ('reference' in film ? [film.reference] : []));
};
