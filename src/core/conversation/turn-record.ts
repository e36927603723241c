import type { Choice, Reply, ReplyEvent } from '../reply.ts';
import type { Attachment, Message, PostedPart, TurnId } from '../conversation.ts';

/** Where a turn stands; kept by `Claims.advance` under `turn:ID`. */
export type TurnState =
  | 'received'
  /** A part of its reply is on the platform. */
  | 'begun'
  /** The whole reply is stored. */
  | 'answered'
  | 'delivered'
  /** Its words joined an earlier turn of the same author. */
  | 'joined'
  /** Nothing of it is kept but the ids of parts that are still to be taken down. */
  | 'forgotten';

/** A message as it is journalled: no bytes, no file name. */
export type JournalledMessage = Omit<Message, 'attachments'> & {
  readonly attachments: readonly JournalledAttachment[];
};

export type JournalledAttachment =
  | { readonly reference: NonNullable<Attachment['reference']> }
  /** It could not be fetched again, so it passed intake when it was taken: the films' names, or the failure's code. */
  | { readonly kept: KeptFilm }
  | { readonly failed: string };

/** A film among the blobs, with what is needed to make a `Film` of it. */
export type KeptFilm = {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
};

/** A film that waits for the answer to a question about it. */
export type AskedFilm = KeptFilm & {
  /** Its number in the thread, where it has one already: it came with others. */
  readonly number: number | undefined;
};

/** Written once, when the message is taken (namespace `turns`). */
export type TurnRecord = {
  readonly id: TurnId;
  readonly threadKey: string;
  readonly message: JournalledMessage;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** A film without words waits until then for its author's next message. */
  readonly notBefore: number;
  /** This turn answers the question that ended `turn` with `code`. */
  readonly answers: { readonly turn: TurnId; readonly code: Choice['code'] } | undefined;
};

/** What became of it (namespace `progress`), written by the process that owns the turn. */
export type TurnProgress = {
  /** How often answering it was begun; a turn that keeps failing is given up. */
  readonly tries: number;
  readonly parts: readonly PostedPart[];
  /** From `answered` on. Its picture is among the blobs, shelf `pictures`, under the turn's id. */
  readonly ending: StoredEnding | undefined;
  /** Words that came with an edit or a second message before the turn began. */
  readonly words: string | undefined;
};

export type StoredEnding =
  | {
      readonly kind: 'reply';
      readonly reply: Omit<Reply, 'annotated'>;
      readonly picture: StoredPicture | undefined;
    }
  | {
      readonly kind: 'question';
      readonly event: StoredQuestion;
      readonly picture: StoredPicture | undefined;
    }
  | { readonly kind: 'error'; readonly event: Extract<ReplyEvent, { type: 'error' }> };

export type StoredQuestion = Omit<Extract<ReplyEvent, { type: 'choices' }>, 'picture'> & {
  /** The film that waits for the answer, as intake would take it up; undefined: the question is which film. */
  readonly film: AskedFilm | undefined;
  readonly expiresAt: number;
};

export type StoredPicture = {
  readonly width: number;
  readonly height: number;
  readonly altText: string;
};
