import type { NumberedBox } from '../film.ts';
import type { Exchange, Notice, Reply } from '../reply.ts';
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
type AboutReply = {
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

/**
 * Exchanges about a film that a thread keeps. What the model sees is cut to its context besides; this bounds a thread
 * that never ends.
 */
const MOST_EXCHANGES = 200;

/** Replies whose buttons still act on what they were about. */
const MOST_REPLIES = 50;

export const filmNumbered = (
  { films }: ThreadRecord,
  number: number | undefined,
): ThreadFilm | undefined => films.find((film) => film.number === number);

/** A film as it comes into a thread; one that the thread knows by its pixels keeps its number and what was said. */
export type ArrivingFilm = Omit<ThreadFilm, 'number' | 'history' | 'boxes'> & {
  /** The number that was given to it; undefined: the next one. */
  readonly number: number | undefined;
};

/** The thread with the film in it, which is not the current one by that. */
export const addFilm = (
  thread: ThreadRecord,
  arriving: ArrivingFilm,
): { readonly thread: ThreadRecord; readonly film: ThreadFilm } => {
  const known = thread.films.find(({ sha256 }) => sha256 === arriving.sha256);
  const number = known?.number ?? arriving.number ?? thread.lastNumber + 1;
  const film = {
    ...arriving,
    number,
    history: known?.history ?? [],
    boxes: known?.boxes ?? [],
  };
  const films =
    known === undefined
      ? [...thread.films, film]
      : thread.films.map((other) => (other === known ? film : other));
  const lastNumber = Math.max(thread.lastNumber, number);
  return { thread: { ...thread, films, lastNumber }, film };
};

/** The thread after a reply about one of its films. */
export const rememberReply = (
  thread: ThreadRecord,
  turn: TurnId,
  { number }: ThreadFilm,
  { exchange, boxes }: Pick<Reply, 'exchange' | 'boxes'>,
): ThreadRecord => {
  const before = filmNumbered(thread, number)?.history ?? [];
  const all = exchange === null ? before : [...before, exchange];
  const history = all.slice(-MOST_EXCHANGES);
  const dropped = all.length - history.length;
  const films = thread.films.map((film) =>
    film.number === number
      ? { ...film, history, boxes: boxes.length > 0 ? boxes : film.boxes }
      : film,
  );
  const earlier = thread.replies.map((reply) =>
    reply.filmNumber === number
      ? { ...reply, exchanges: Math.max(0, reply.exchanges - dropped) }
      : reply,
  );
  const reply = { turn, filmNumber: number, boxes, exchanges: history.length };
  return { ...thread, films, replies: [...earlier, reply].slice(-MOST_REPLIES) };
};
