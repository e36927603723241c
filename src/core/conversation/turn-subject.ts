import { WetreadError } from '../../errors.ts';
import type { Film, NumberedBox } from '../film.ts';
import { noticeOf } from '../read/notices.ts';
import type { Exchange, Notice, ReplyEvent } from '../reply.ts';
import type { AnswerParts, AnswerRequest } from './answer.ts';
import { filmIn, type FilmWords } from './command.ts';
import { takeMessageFilms, type MessageFilms } from './message-films.ts';
import { addFilm, filmNumbered, type ThreadFilm, type ThreadRecord } from './thread-record.ts';
import type { AskedFilm, KeptFilm } from './turn-record.ts';
import type { IntakeResult } from '../intake/intake.ts';

type ChoicesEvent = Extract<ReplyEvent, { type: 'choices' }>;
type Accepted = Extract<IntakeResult, { outcome: 'accepted' }>;

/** The film that a turn is about, with what its reply is to know. */
export type Subject = {
  readonly kind: 'film';
  readonly thread: ThreadRecord;
  readonly film: ThreadFilm;
  readonly pixels: Film;
  readonly history: readonly Exchange[];
  readonly boxes: readonly NumberedBox[];
  /** The boxes are those of the last thing said. */
  readonly recent: boolean;
  /** Without words it gets the wet read: it has just come, or nothing was said about it yet. */
  readonly unread: boolean;
  /** What is asked about it, without the words that name the film. */
  readonly words: string;
  /** About which film this is and why; said after the answer. */
  readonly notices: readonly Notice[];
};

export type TurnSubject =
  | Subject
  /** The reply is a question about films. `films`: what its picture is to show. `notices`: said before it. */
  | {
      readonly kind: 'question';
      readonly thread: ThreadRecord;
      readonly notices: readonly Notice[];
      readonly event: ChoicesEvent;
      readonly asked: AskedFilm | undefined;
      readonly films: readonly { readonly number: number; readonly film: Film }[];
    }
  /** There is no such film, and the reply says so. */
  | { readonly kind: 'unknown-film'; readonly text: string };

export type SubjectOptions = {
  readonly now: () => number;
  readonly id: () => string;
  readonly retentionFilmsMs: number;
};

/** Finds out which film a turn is about; takes in those it came with. Fails with a `WetreadError`. */
export const findSubject = async (
  options: SubjectOptions,
  request: AnswerRequest,
  parts: AnswerParts,
): Promise<TurnSubject> => {
  const { turn, answered } = request;
  if (answered !== undefined) return fromAnswer(options, request, answered, parts);
  if (turn.message.attachments.length > 0) return fromMessage(options, request, parts);
  return fromThread(request, parts);
};

/** The film that a question was about, as it was answered. */
const fromAnswer = async (
  options: SubjectOptions,
  request: AnswerRequest,
  { code, film: asked, original }: NonNullable<AnswerRequest['answered']>,
  parts: AnswerParts,
): Promise<TurnSubject> => {
  const { thread, words } = request;
  const number = /^film-(\d+)$/.exec(code)?.[1];
  if (number !== undefined) {
    const film = filmNumbered(thread, Number(number));
    if (film === undefined) throw new WetreadError('film-expired');
    return about(thread, film, await pixelsOf(film, parts), { words, unread: true });
  }
  const result = asked && (await parts.retakeFilm(asked, code));
  if (result === undefined) throw new WetreadError('film-expired');
  const picture = { number: asked?.number, result };
  return result.outcome === 'question'
    ? ask(thread, { number: asked?.number, result })
    : show(options, thread, original, { ...picture, result }, { words });
};

/** The film that came with the message; or a question, when it is not clear which, or whether it is one. */
const fromMessage = async (
  options: SubjectOptions,
  { turn, thread, words }: AnswerRequest,
  { takeFilm }: AnswerParts,
): Promise<TurnSubject> => {
  const count = turn.message.attachments.length;
  const firstNumber = thread.lastNumber + 1;
  const films = await takeMessageFilms({ count, firstNumber }, takeFilm, options.id);
  // Of several pictures each has its number, read or not; one alone gets it when it is read.
  const lastNumber = count > 1 ? thread.lastNumber + count : thread.lastNumber;
  const numbered = { ...thread, lastNumber };
  switch (films.outcome) {
    case 'one':
      return show(options, numbered, turn, films.picture, { words, notices: films.notices });
    case 'question':
      return ask(numbered, {
        ...films.picture,
        number: count > 1 ? films.picture.number : undefined,
      });
    case 'several':
      return askWhich(options, numbered, turn, films);
  }
};

/** The film whose reply a button hangs on, one that the words name, or the current one. */
const fromThread = async (
  { turn, thread, words, filmWaits }: AnswerRequest,
  parts: AnswerParts,
): Promise<TurnSubject> => {
  const { about: aboutTurn, ask: asked } = turn.message;
  if (aboutTurn !== undefined) {
    const reply = thread.replies.find((one) => one.turn === aboutTurn);
    const film = filmNumbered(thread, reply?.filmNumber);
    if (reply === undefined || film === undefined) throw new WetreadError('turn-unknown');
    const said = {
      history: film.history.slice(0, reply.exchanges),
      boxes: reply.boxes,
      recent: true,
    };
    return { ...about(thread, film, await pixelsOf(film, parts), { words }), ...said };
  }
  const needed = filmWaits ? 'film-waits' : 'film-needed';
  if (thread.films.length === 0) throw new WetreadError(needed);
  const named = asked === undefined ? filmIn(words) : undefined;
  if (named === undefined) {
    const film = filmNumbered(thread, thread.currentFilm);
    if (film === undefined) throw new WetreadError(needed);
    const subject = about(thread, film, await pixelsOf(film, parts), { words });
    const { notices } = subject;
    const waits = noticeOf('film-waits', { number: film.number });
    return filmWaits ? { ...subject, notices: [...notices, waits] } : subject;
  }
  const film = filmMeant(thread, named.which);
  if (film === undefined) return { kind: 'unknown-film', text: sayFilms(thread, named.which) };
  const unread = film.history.length === 0;
  return about(thread, film, await pixelsOf(film, parts), { words: named.rest, unread });
};

const filmMeant = (thread: ThreadRecord, which: FilmWords['which']): ThreadFilm | undefined => {
  const { films, currentFilm } = thread;
  if (which === 'last') return films.at(-1);
  if (which !== 'previous') return filmNumbered(thread, which);
  const at = films.findIndex(({ number }) => number === currentFilm);
  // Of two films, the one before the first is the other one.
  return at === 0 && films.length === 2 ? films[1] : films[at - 1];
};

const sayFilms = ({ films }: ThreadRecord, which: FilmWords['which']): string => {
  const named = films.map(({ number }) => `"film ${number}"`);
  const last = named.pop() ?? '';
  const known = named.length === 0 ? last : `${named.join(', ')} and ${last}`;
  const missing = typeof which === 'number' ? `no film ${which}` : 'no film before this one';
  return `There is ${missing} to look at here. You can ask for ${known}.`;
};

/** The film that came with a turn's message joins those of its thread. */
const addTaken = (
  { now, retentionFilmsMs }: SubjectOptions,
  thread: ThreadRecord,
  { id, message, filmFrom }: AnswerRequest['turn'],
  { number, result }: { readonly number: number | undefined; readonly result: Accepted },
) =>
  addFilm(thread, {
    ...keptOf(result.film),
    number,
    author: filmFrom?.author ?? message.author,
    turn: id,
    notices: result.notices,
    expiresAt: now() + retentionFilmsMs,
  });

/** A film becomes the thread's. */
const show = (
  options: SubjectOptions,
  thread: ThreadRecord,
  turn: AnswerRequest['turn'],
  { number, result }: { readonly number: number | undefined; readonly result: Accepted },
  { words, notices = [] }: { readonly words: string; readonly notices?: readonly Notice[] },
): Subject => {
  const added = addTaken(options, thread, turn, { number, result });
  const subject = about(added.thread, added.film, result.film, { words, unread: true });
  return { ...subject, notices: [...subject.notices, ...notices] };
};

/** The thread with this film as the current one. */
const about = (
  thread: ThreadRecord,
  film: ThreadFilm,
  pixels: Film,
  { words, unread = false }: { readonly words: string; readonly unread?: boolean },
): Subject => {
  const { number, history, boxes } = film;
  const last = thread.replies.at(-1);
  const { currentFilm: earlier } = thread;
  const another = earlier !== undefined && earlier !== number;
  const notice =
    history.length === 0
      ? noticeOf('new-film', { number, earlier: earlier ?? 0 })
      : noticeOf('film-again', { number });
  return {
    kind: 'film',
    thread: { ...thread, currentFilm: number },
    film,
    pixels,
    history,
    boxes,
    recent: last !== undefined && last.filmNumber === number && last.boxes.length > 0,
    unread,
    words,
    notices: another ? [notice] : [],
  };
};

/** Intake's question about one film; of several, it says which. */
const ask = (
  thread: ThreadRecord,
  {
    number,
    result: { film, event, before },
  }: {
    readonly number: number | undefined;
    readonly result: Extract<IntakeResult, { outcome: 'question' }>;
  },
): TurnSubject => {
  const question = number === undefined ? event.question : `Film ${number}: ${event.question}`;
  const asked = { ...keptOf(film), number, before };
  const rest = { event: { ...event, question }, asked, films: [] };
  return { kind: 'question', thread, notices: [], ...rest };
};

/** Several films: all are the thread's, and none is the current one by that. */
const askWhich = (
  options: SubjectOptions,
  thread: ThreadRecord,
  turn: AnswerRequest['turn'],
  { pictures, notices }: Extract<MessageFilms, { outcome: 'several' }>,
): TurnSubject => {
  let withFilms = thread;
  const films: { number: number; film: Film }[] = [];
  for (const { number, result } of pictures) {
    const added = addTaken(options, withFilms, turn, { number, result });
    withFilms = added.thread;
    films.push({ number: added.film.number, film: result.film });
  }
  const event: ChoicesEvent = {
    type: 'choices',
    private: false,
    question: `I see ${films.length} chest films. Which one shall I read?`,
    refused: false,
    options: films.map(({ number }) => ({ code: `film-${number}`, text: `Film ${number}` })),
    picture: null,
  };
  return { kind: 'question', thread: withFilms, notices, event, asked: undefined, films };
};

const pixelsOf = async (film: ThreadFilm, parts: AnswerParts): Promise<Film> => {
  const pixels = await parts.film(keptOf(film));
  if (pixels === undefined) throw new WetreadError('film-expired');
  return pixels;
};

const keptOf = ({ sha256, width, height, channels }: KeptFilm): KeptFilm => ({
  sha256,
  width,
  height,
  channels,
});
