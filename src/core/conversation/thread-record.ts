import type { NumberedBox } from '../film.ts';
import type { Exchange, Notice } from '../reply.ts';
import type { TurnId } from '../conversation.ts';
import type { KeptFilm } from './turn-record.ts';

/** A film of a thread with what was said about it. Films are numbered from 1 in the order of their arrival. */
export type ThreadFilm = KeptFilm & {
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

/** What a thread is about (namespace `threads`), written by the process whose turn is first in its line. */
export type ThreadRecord = {
  readonly films: readonly ThreadFilm[];
  /** Index into `films` of the one that is talked about. */
  readonly current: number | undefined;
  /** Codes of notices that were said, of those that are said once a thread. */
  readonly told: readonly string[];
  /** The boxes and film that each reply was about, for its buttons: the latest ones. */
  readonly replies: readonly {
    readonly turn: TurnId;
    readonly film: number;
    readonly boxes: readonly NumberedBox[];
  }[];
};

export const EMPTY_THREAD: ThreadRecord = { films: [], current: undefined, told: [], replies: [] };
