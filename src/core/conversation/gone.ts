import { createHash } from 'node:crypto';
import { DAMAGED_STATE } from '../claims.ts';
import type { TurnId } from '../conversation.ts';
import type { Exchange } from '../reply.ts';
import { EMPTY_THREAD, type ThreadFilm, type ThreadRecord } from './thread-record.ts';

/**
 * What a thread holds no more, since it began: kept beside its record, which carries what was gone when it was written.
 * A turn that runs while something is forgotten writes a thread that still has it; by the difference it goes all the same.
 */
export type Gone = {
  /** How often all of it was forgotten. */
  readonly times: number;
  /** Films, by their sha256. */
  readonly films: readonly string[];
  readonly turns: readonly GoneTurn[];
};

/** A turn, and its exchange by a hash: its words are gone. */
type GoneTurn = { readonly id: TurnId; readonly exchange: string | null };

export const NOTHING_GONE: Gone = { times: 0, films: [], turns: [] };

/** What stands for it where it is damaged: all of the thread, more often than anybody forgets. */
const ALL_GONE: Gone = { times: 1_000_000, films: [], turns: [] };

/** From the thread's state. */
export const parseGone = (state: string | undefined): Gone => {
  if (state === undefined) return NOTHING_GONE;
  return state === DAMAGED_STATE ? ALL_GONE : (JSON.parse(state) as Gone);
};

export const goneTurn = (id: TurnId, exchange: Exchange | null): GoneTurn => ({
  id,
  exchange: exchange === null ? null : hashOf(exchange),
});

export const isSame = (one: Gone, other: Gone): boolean =>
  one.times === other.times &&
  one.films.length === other.films.length &&
  one.turns.length === other.turns.length;

/** A thread that was written when `then` was gone, without what has gone until `now`. */
export const withoutGone = (thread: ThreadRecord, then: Gone, now: Gone): ThreadRecord => {
  if (isSame(then, now)) return thread;
  if (now.times !== then.times) return EMPTY_THREAD;
  const films = now.films.slice(then.films.length);
  const turns = now.turns.slice(then.turns.length);
  return turns.reduce(withoutTurn, withoutFilms(thread, films));
};

const withoutFilms = (thread: ThreadRecord, names: readonly string[]): ThreadRecord => {
  const films = thread.films.filter(({ sha256 }) => !names.includes(sha256));
  if (films.length === thread.films.length) return thread;
  const isLeft = (number: number | undefined): boolean =>
    films.some((film) => film.number === number);
  return {
    ...thread,
    films,
    currentFilm: isLeft(thread.currentFilm) ? thread.currentFilm : films.at(-1)?.number,
    replies: thread.replies.filter(({ filmNumber }) => isLeft(filmNumber)),
  };
};

const withoutTurn = (thread: ThreadRecord, { id, exchange }: GoneTurn): ThreadRecord => {
  const gone = thread.replies.find(({ turn }) => turn === id);
  const replies = thread.replies.filter((reply) => reply !== gone);
  const boxesOf = (number: number) =>
    replies.findLast(({ filmNumber, boxes }) => filmNumber === number && boxes.length > 0)?.boxes;
  const cut = new Map<number, number>();
  const films = thread.films.map((film): ThreadFilm => {
    const at = film.history.findLastIndex((said) => hashOf(said) === exchange);
    if (at >= 0) cut.set(film.number, at);
    const history = at < 0 ? film.history : film.history.toSpliced(at, 1);
    if (film.number !== gone?.filmNumber) return { ...film, history };
    return { ...film, history, boxes: boxesOf(film.number) ?? [] };
  });
  return {
    ...thread,
    films,
    replies: replies.map((reply) => {
      const at = cut.get(reply.filmNumber);
      return at === undefined || reply.exchanges <= at
        ? reply
        : { ...reply, exchanges: reply.exchanges - 1 };
    }),
  };
};

const hashOf = ({ question, answer }: Exchange): string =>
  createHash('sha256')
    .update(JSON.stringify([question, answer]))
    .digest('hex');
