import type { PostedPart, TurnId } from '../../core/conversation.ts';
import type { WetreadError } from '../../errors.ts';
import type { ThreadPlace } from './thread-reader.ts';

/** Where a reply goes. */
export type ReplyAddress = ThreadPlace & {
  /** Whom a stream is shown to; undefined: not known any more, so nothing is streamed. */
  readonly reader: { readonly user: string; readonly team: string } | undefined;
  /** Who asked; questions for nobody else go there. */
  readonly author: string | undefined;
  /** The message that it answers: everything of the reply comes after it. */
  readonly question: string;
  /** Between one person and the bot. */
  readonly direct: boolean;
  /** What the thread may be called, where this is its first question. */
  readonly title: string | undefined;
  /** Why it is not known what the thread held before; said in place of "there is no film". */
  readonly unread: WetreadError | undefined;
};

/** What every part of a reply shares. */
export type ReplyIdentity = ReplyAddress & {
  readonly turn: TurnId;
  /** Stores that the platform holds a part. Fails when the reply is wanted no more. */
  readonly begun: (posted: PostedPart) => Promise<void>;
  /** Aborts when nothing more is to be sent. */
  readonly signal: AbortSignal;
};
