import type { NumberedBox } from '../film.ts';
import type { Exchange, Notice } from '../reply.ts';
import type { TurnId } from '../conversation.ts';
import type { KeptFilm } from './turn-record.ts';

/** A film of a thread with what was said about it. */
export type ThreadFilm = KeptFilm & {
  /** People name it by this: from 1 in the order of arrival, for good. Pictures that were not read may stand between. */
  readonly number: number;
  /** Whose message it came with, and which turn. */
  readonly author: string;
  readonly turn: TurnId;
  /** What intake says about it, in every reply. */
  readonly notices: readonly Notice[];
  /** What the model was asked and wrote about this film. */
  readonly history: readonly Exchange[];
  /** Of the last reply that had any. */
  readonly boxes: readonly NumberedBox[];
  /** Milliseconds since the epoch; afterwards its pixels are gone. */
  readonly expiresAt: number;
};

/** What a reply was about, for the buttons that hang on it. */
export type AboutReply = {
  readonly turn: TurnId;
  /** The film's number. */
  readonly filmNumber: number;
  readonly boxes: readonly NumberedBox[];
  /** Exchanges about the film up to this reply, it included: what "it" is for its buttons. */
  readonly exchanges: number;
};

/** What a thread is about (namespace `threads`), written by the process whose turn is first in its line. */
export type ThreadRecord = {
  readonly films: readonly ThreadFilm[];
  /** Number of the film that is talked about. */
  readonly currentFilm: number | undefined;
  /** Numbers given to pictures so far: the last one. */
  readonly lastNumber: number;
  /** Codes of notices that were said, of those that are said once a thread. */
  readonly told: readonly string[];
  /** The latest replies, oldest first. */
  readonly replies: readonly AboutReply[];
};

export const EMPTY_THREAD: ThreadRecord = {
  films: [],
  currentFilm: undefined,
  lastNumber: 0,
  told: [],
  replies: [],
};
