import type { TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { ReplyEvent } from '../reply.ts';
import type { AnswerRequest } from './answer.ts';
import type { ThreadFilm } from './thread-record.ts';

/** A film that a turn is about, as its thread has it. */
export type CaseFilm = { readonly film: ThreadFilm; readonly pixels: Film };

/** What a conversation asks of the teaching cases. */
export interface ThreadCases {
  /**
   * What a turn is answered in a thread where a case is open, in place of everything else; undefined: as usual. An answer
   * that it takes is taken once, however often its turn is answered. Fails with a `WetreadError`.
   */
  inThread(
    request: AnswerRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReplyEvent> | undefined>;
  /**
   * What a turn is answered about a film, in place of its reading: it opens a case; undefined: as usual. Fails with a
   * `WetreadError`, with `film-in-case` when the film is an open case's and is not to be read.
   */
  aboutFilm(
    request: AnswerRequest,
    film: CaseFilm,
    signal: AbortSignal,
  ): Promise<AsyncIterable<ReplyEvent> | undefined>;
  /** The thread is forgotten, and its cases with it. */
  forgetThread(threadKey: string): Promise<void>;
  /** These turns are forgotten: the cases that they opened, and the answers that they gave. */
  forgetTurns(threadKey: string, turns: ReadonlySet<TurnId>): Promise<void>;
}

export const NO_CASES: ThreadCases = {
  inThread: async () => undefined,
  aboutFilm: async () => undefined,
  forgetThread: async () => undefined,
  forgetTurns: async () => undefined,
};
