import type { Box, Film } from './film.ts';
import type { Ask } from './reading.ts';
import type { Choice, ReplyEvent } from './reply.ts';

/** Where a thread is. */
export type Place = {
  readonly platform: string;
  readonly workspace: string;
  readonly channel: string;
  readonly thread: string;
};

/** Which message; a message delivered twice, or as two kinds of event, is the same one. */
export type MessageReference = Omit<Place, 'thread'> & { readonly id: string };

export type Message = Place &
  MessageReference & {
    /** The platform's id of who wrote it, never a name. */
    readonly author: string;
    /** `outsider`: of another workspace; `guest`: a restricted account. */
    readonly standing: 'moderator' | 'member' | 'guest' | 'outsider';
    /** Between the author and the bot alone. */
    readonly direct: boolean;
    readonly text: string;
    /** A button or command names what is asked; undefined leaves it to `text` and the attachments. */
    readonly ask: Ask | undefined;
    /** The turn whose reply a button hangs on: it acts on that reply's film and boxes. */
    readonly about: TurnId | undefined;
    readonly attachments: readonly Attachment[];
    /** Said to the bot, rather than among people. */
    readonly addressed: boolean;
    /** Answers beforehand what intake may ask about the film. */
    readonly choose: Choice['code'] | undefined;
    /** The bot is named in it. Where a case is open such words are a question, and words without it an answer. */
    readonly mentioned?: boolean;
    /** A teaching case (`teaching-case.ts`): one is to be made of the film, and revealed after so long; or this reveals one. */
    readonly teaching?:
      | { readonly kind: 'open'; readonly openMs: number }
      | { readonly kind: 'reveal'; readonly id: string };
  };

/** A film somewhere on the platform. */
export type Attachment = {
  /**
   * The platform's ids, plain JSON, no file name: with it the bytes are fetched now, and again after a restart or when a
   * link has expired. undefined: they cannot be fetched again, so they pass intake before `take` resolves.
   */
  readonly reference: Readonly<Record<string, string>> | undefined;
  /** The bytes, for what has no reference. */
  fetch(signal: AbortSignal): Promise<Uint8Array>;
};

/** One for each platform, given to core when it is made. Fails with a `WetreadError`. */
export type Fetcher = (
  reference: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Uint8Array>;

export type TurnId = string;

/** A part of a reply as the platform holds it; `id` is undefined where it was not posted, as far as is known. */
export type PostedPart = { readonly part: number; readonly id: string };

/** What an adapter has still to do for a turn. */
export type Unfinished = {
  readonly turn: TurnId;
  readonly message: MessageReference & Place;
  readonly parts: readonly PostedPart[];
} & (
  | {
      /**
       * Follow its events and post, or edit the parts that have an id to their final state; look for the delivery key
       * (`turn:part`) before a part without one is posted.
       */
      readonly duty: 'deliver';
      /** Who asked, in the platform's id. */
      readonly author: string;
    }
  /** Delete the parts; then report `takenDown`. */
  | { readonly duty: 'take-down' }
);

export type Feedback =
  | { readonly kind: 'right' | 'wrong-finding'; readonly box: number | undefined }
  /** `corrected`: where it should be, in 0..1 of the film. */
  | { readonly kind: 'wrong-place'; readonly box: number; readonly corrected: Box | undefined };

/**
 * What every way in shares. One turn at a time in a thread, in order; threads run side by side. A turn that was taken
 * ends in exactly one reply, whatever dies meanwhile.
 */
export interface Conversation {
  /**
   * Takes a message; resolves once it is journalled, to the turn that the caller follows, delivers, and reports. The same
   * message twice is one turn: the same id, which a caller follows once. undefined: there is nothing to answer here
   * (people among themselves, a turn that was delivered, or one that another process has or that comes through
   * `unfinished`). Who may not ask is told so by a turn. Fails with a `WetreadError`: `question-too-long`, `too-many-films`,
   * `closing`; `disk-full` and `store-failed` when it is not known to be kept, so that it should be told once more.
   */
  take(message: Message): Promise<TurnId | undefined>;
  /**
   * Every event of the turn from the first on, then live; any number of listeners. Of a reply that was answered by another
   * process, or is delivered, the whole reply. Fails with `turn-unknown`, also while it is followed (it was forgotten),
   * with `record-damaged`, and with `closing` when this process leaves the turn to another one.
   */
  events(turn: TurnId, signal: AbortSignal): AsyncIterable<ReplyEvent>;
  /**
   * The film that the turn is about, upright and in the pixels that its boxes are shares of. undefined: it has none, it is
   * not known yet, or it is past its time. Fails with `turn-unknown`.
   */
  film(turn: TurnId): Promise<Pick<Film, 'sha256' | 'png'> | undefined>;
  /** Where the films that came with the turn lie on the platform; none of one that is not here. */
  filmReferences(turn: TurnId): Promise<readonly NonNullable<Attachment['reference']>[]>;

  /**
   * The platform holds a part of the reply under `id`; to be stored before the next part is sent. A part of a reply that
   * was forgotten meanwhile comes back as a duty to take it down. Fails with `turn-unknown` when the turn is not here.
   */
  begun(turn: TurnId, part: number, id: string): Promise<void>;
  /** The whole reply is on the platform; the next turn of the thread may begin. */
  delivered(turn: TurnId): Promise<void>;
  /** The parts of a forgotten reply are gone from the platform. */
  takenDown(turn: TurnId): Promise<void>;
  /**
   * What this platform's adapter has to do beside what it takes: turns left by a crash, whose claim has run out, and
   * replies to take down. A process that was held up for so long that its own claim ran out is given its own turns once
   * more; they are followed anew when what it did about them before has ended. Goes on until `signal` aborts.
   */
  unfinished(platform: string, signal: AbortSignal): AsyncIterable<Unfinished>;

  /** Replaces the words of a message that has not begun to be answered; later, or with the same words, does nothing. */
  edited(message: MessageReference, text: string): Promise<void>;
  /** The message is gone: its film and every turn about it, or its turn and reply, are forgotten and taken down. */
  deleted(message: MessageReference): Promise<void>;
  /** Answers the question that ended `turn`; only the first answer counts, by its poster or a moderator. The answer is a new turn. */
  choose(
    turn: TurnId,
    code: Choice['code'],
    by: Pick<Message, 'author' | 'standing'>,
  ): Promise<TurnId>;
  feedback(turn: TurnId, feedback: Feedback, author: string): Promise<void>;
  /** Ends a waiting or running turn; what was said so far stays, marked as stopped. */
  stop(turn: TurnId): Promise<void>;
  /** Drops a thread: films no other thread holds, turns, feedback, cached prefix; its replies are taken down. */
  forget(place: Place): Promise<void>;
  /**
   * Takes nothing new, waits at most `graceMs` for running turns and until they are delivered, then leaves the rest to
   * the journal. A second call makes the first one hurry.
   */
  close(graceMs: number): Promise<void>;
}
