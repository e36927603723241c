import type { ErrorCode } from '../../errors.ts';
import type {
  Attachment,
  Message,
  MessageReference,
  Place,
  PostedPart,
  TurnId,
} from '../conversation.ts';
import type { Json } from '../records.ts';
import type { TakenBefore } from '../intake/intake.ts';
import type { Choice, Notice, Reply, ReplyEvent } from '../reply.ts';
import type { Gone } from './gone.ts';
import type { ThreadRecord } from './thread-record.ts';

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
  /** It could not be fetched again, so it passed intake when it was taken. `notices`: null, intake has yet to ask about it. */
  | { readonly kept: KeptFilm; readonly notices: readonly Notice[] }
  | { readonly kept: KeptFilm; readonly notices: null; readonly before: TakenBefore }
  | { readonly failed: ErrorCode; readonly facts: Readonly<Record<string, Json>> };

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
  readonly before: TakenBefore;
};

/** The message that showed a film, and who posted it: the film is theirs to forget. */
export type FilmSource = MessageReference & { readonly author: string };

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
  /** The attachments came with this earlier message, which was not said to the bot, or whose turn was stopped. */
  readonly filmFrom: FilmSource | undefined;
  /** It was stopped before its films were taken in, and they are this later turn's. */
  readonly filmsIn?: TurnId;
  /** It is answered with this failure alone: its author may not ask. Nothing that was said is kept. */
  readonly refused: ErrorCode | undefined;
};

/** A message that is part of another turn, under its own id (namespace `turns`). */
export type JoinedRecord = {
  readonly joins: TurnId;
  /** What it adds to that turn's words; undefined: it brought the film. */
  readonly words: string | undefined;
};

/** A message with a film that was shown among people, under its own id (namespace `turns`): in which thread. */
export type ShownMessageRecord = { readonly shownIn: string };

/** What became of it (namespace `progress`), written by the process that owns the turn. */
export type TurnProgress = {
  /** How often answering it was begun, the first time taken for granted; a turn that keeps failing is given up. */
  readonly tries: number;
  readonly parts: readonly PostedPart[];
  /** From `answered` on. Its picture is among the blobs, shelf `pictures`, under the turn's id. */
  readonly ending: StoredEnding | undefined;
  /** The ending came with a new thread record: without that one it is not good. */
  readonly writesThread: boolean;
  /** Films (sha256) that it brought, asked about or was about. */
  readonly films: readonly string[];
};

/** What is left of a forgotten turn while parts of its reply are still on the platform (namespace `progress`). */
export type TakeDownRecord = {
  readonly takeDown: MessageReference & Place;
  readonly parts: readonly PostedPart[];
};

/** A thread as it was after a turn: an ending is only good with the thread that it was stored with. */
export type StoredThread = {
  readonly after: TurnId;
  readonly thread: ThreadRecord;
  /** What had gone when it was written. */
  readonly gone: Gone;
};

/**
 * Films that were shown among people, or whose turn was stopped before it took them in (namespace `threads`): a later
 * question makes them its own.
 */
export type ShownRecord = {
  readonly from: FilmSource;
  /** The turn that was stopped; undefined: they were shown among people. */
  readonly stopped: TurnId | undefined;
  readonly attachments: readonly JournalledAttachment[];
};

/** The question of a thread that waits for its answer (namespace `threads`). */
export type OpenQuestionRecord = { readonly turn: TurnId };

export type StoredEnding =
  | {
      readonly kind: 'reply';
      readonly reply: Omit<Reply, 'annotated'>;
      /** How many of the reply's notices came before its words. */
      readonly noticesFirst: number;
      readonly picture: StoredPicture | undefined;
    }
  | {
      readonly kind: 'question';
      readonly event: StoredQuestion;
      readonly notices: readonly Notice[];
      readonly picture: StoredPicture | undefined;
    }
  | {
      readonly kind: 'error';
      readonly event: Extract<ReplyEvent, { type: 'error' }>;
      /** What had been said until then. */
      readonly text: string;
      readonly notices: readonly Notice[];
    };

type StoredQuestion = Omit<Extract<ReplyEvent, { type: 'choices' }>, 'picture'> & {
  /** The film that waits for the answer, as intake would take it up; undefined: the question is which film. */
  readonly film: AskedFilm | undefined;
  readonly expiresAt: number;
};

export type StoredPicture = {
  readonly width: number;
  readonly height: number;
  readonly altText: string;
};
