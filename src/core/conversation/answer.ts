import type { Film } from '../film.ts';
import type { IntakeResult } from '../intake/intake.ts';
import type { Choice, ReplyEvent } from '../reply.ts';
import type { ThreadRecord } from './thread-record.ts';
import type { AskedFilm, KeptFilm, TurnRecord } from './turn-record.ts';

/** One turn to be answered: what was said, and what its thread is about. */
export type AnswerRequest = {
  readonly turn: TurnRecord;
  /** The words, after edits and joined messages; of an answer to a question, those of the turn that it answers. */
  readonly words: string;
  readonly thread: ThreadRecord;
  /** A later film than the current one waits for the answer to a question. */
  readonly filmWaits: boolean;
  /** The question that this turn answers; undefined: it answers none. */
  readonly answered:
    | {
        readonly code: Choice['code'];
        /** As `Answered.asked` had it. */
        readonly film: AskedFilm | undefined;
        readonly original: TurnRecord;
      }
    | undefined;
};

/** What the journal does for whoever answers. */
export type AnswerParts = {
  /** Fetches, takes in and keeps the attachment's film. Fails with a `WetreadError`. */
  readonly takeFilm: (index: number) => Promise<IntakeResult>;
  /** Takes in a kept film anew, with the answer to intake's question, and keeps what comes of it; undefined: its time has run out. */
  readonly retakeFilm: (
    asked: AskedFilm,
    choose: Choice['code'],
  ) => Promise<IntakeResult | undefined>;
  /** A kept film's pixels; undefined: its time has run out. */
  readonly film: (kept: KeptFilm) => Promise<Film | undefined>;
};

/** What comes of a turn. */
export type Answered = {
  /** The thread as it is afterwards. */
  readonly thread: ThreadRecord;
  /** The film that the reply asks about; undefined: it is no question, or one about films of the thread. */
  readonly asked: AskedFilm | undefined;
};

/**
 * Answers a turn: events for its listeners, and the thread as it is afterwards. Writes nothing: a turn that was cut off
 * by a crash is answered again from the same thread. Never throws; an abort ends in `end` with `stopped`.
 */
export type Answer = (
  request: AnswerRequest,
  parts: AnswerParts,
  signal: AbortSignal,
) => AsyncGenerator<ReplyEvent, Answered>;
