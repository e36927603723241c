import type { Film } from '../film.ts';
import type { ReplyEvent } from '../reply.ts';
import type { ThreadRecord } from './thread-record.ts';
import type { KeptFilm, TurnRecord } from './turn-record.ts';

/** One turn to be answered: what was said, and what its thread is about. */
export type AnswerRequest = {
  readonly turn: TurnRecord;
  /** The words, after edits and joined messages. */
  readonly words: string;
  readonly thread: ThreadRecord;
  /** The question that this turn answers, and its film; undefined: it answers none. */
  readonly answered:
    | { readonly code: string; readonly film: KeptFilm; readonly original: TurnRecord }
    | undefined;
};

/** What the journal does for whoever answers. */
export type AnswerParts = {
  /** Fetches, takes in and keeps the attachment's film. Fails with a `WetreadError`. */
  readonly takeFilm: (index: number) => Promise<import('../intake/intake.ts').IntakeResult>;
  /** A kept film's pixels; undefined: its time has run out. */
  readonly film: (kept: KeptFilm) => Promise<Film | undefined>;
};

/**
 * Answers a turn: events for its listeners, and the thread as it is afterwards. Writes nothing: a turn that was cut off
 * by a crash is answered again from the same thread. Never throws; an abort ends in `end` with `stopped`.
 */
export type Answer = (
  request: AnswerRequest,
  parts: AnswerParts,
  signal: AbortSignal,
) => AsyncGenerator<ReplyEvent, ThreadRecord>;
