import type { Place, PostedPart, TurnId } from '../../core/conversation.ts';

/** Where a reply belongs: its case, and the message that it answers. */
export type ReplyAddress = Omit<Place, 'platform'> & {
  /** The message or press that it answers: everything of the reply comes after it. */
  readonly question: string;
  /** Who asked; undefined: not known any more. */
  readonly author: string | undefined;
  /** Between one person and the bot. */
  readonly direct: boolean;
};

/** What every part of a reply shares. */
export type ReplyIdentity = ReplyAddress & {
  readonly turn: TurnId;
  /** Stores that the platform holds a part. Fails when the reply is wanted no more. */
  readonly begun: (posted: PostedPart) => Promise<void>;
  /** Aborts when nothing more is to be sent. */
  readonly signal: AbortSignal;
};
