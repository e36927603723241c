import { toWetreadError, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Annotator } from '../drawing/annotator.ts';
import { createLexicon, type Lexicon } from '../profile/lexicon.ts';
import type { Profile } from '../profile/profile.ts';
import { noticeOf, ONCE_A_THREAD } from '../read/notices.ts';
import type { Ask, Reading } from '../reading.ts';
import type { Notice, ReplyEvent } from '../reply.ts';
import type { Answer, Answered, AnswerParts, AnswerRequest } from './answer.ts';
import { askerOf } from './asker.ts';
import { commandIn, HELP, zoomIn, type Command } from './command.ts';
import { eventsOf, ownReply } from './own-reply.ts';
import { EMPTY_THREAD, rememberReply, type ThreadRecord } from './thread-record.ts';
import { NO_CASES, type ThreadCases } from './thread-cases.ts';
import { findSubject, type Subject, type TurnSubject } from './turn-subject.ts';
import { unlessAborted } from './unless-aborted.ts';
import { zoom } from './zoom.ts';

export type AnswerOptions = {
  readonly reading: Reading;
  readonly annotator: Annotator;
  readonly model: Pick<Model, 'name' | 'demo'>;
  readonly profile: Profile;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id, by which a failure is found in the log. */
  readonly id: () => string;
  /** How long a film is kept. */
  readonly retentionFilmsMs: number;
  /** undefined: there are none. */
  readonly cases?: ThreadCases;
};

/** What a turn says: commands and films here, everything about one film by the reading. */
export const createAnswer = (options: AnswerOptions): Answer => {
  const lexicon = createLexicon(options.profile);
  return async function* (request, parts, signal) {
    const answering = new Answering(options, lexicon, request, parts, signal);
    const told = new Set(request.thread.told);
    const said: Notice[] = [];
    for await (const event of answering.events()) {
      if (event.type === 'notice') {
        const once = ONCE_A_THREAD.has(event.code);
        if (once && told.has(event.code)) continue;
        if (once) told.add(event.code);
        said.push({ code: event.code, text: event.text });
      }
      yield event.type === 'end' ? { ...event, reply: { ...event.reply, notices: said } } : event;
    }
    const { thread, asked } = answering.answered;
    // A forgotten thread has been told nothing.
    return { asked, thread: thread === EMPTY_THREAD ? thread : { ...thread, told: [...told] } };
  };
};

/** One turn while it is answered. */
class Answering {
  answered: Answered;
  readonly #options: AnswerOptions;
  readonly #lexicon: Lexicon;
  readonly #request: AnswerRequest;
  readonly #parts: AnswerParts;
  readonly #signal: AbortSignal;

  constructor(
    options: AnswerOptions,
    lexicon: Lexicon,
    request: AnswerRequest,
    parts: AnswerParts,
    signal: AbortSignal,
  ) {
    this.#options = options;
    this.#lexicon = lexicon;
    this.#request = request;
    this.#parts = parts;
    this.#signal = signal;
    this.answered = { thread: request.thread, asked: undefined };
  }

  async *events(): AsyncGenerator<ReplyEvent> {
    const { words } = this.#request;
    try {
      const command = this.#command();
      if (command !== undefined) yield* this.#obey(command);
      else if (this.#request.answered?.code === 'leave') yield* eventsOf(ownReply(words, LEFT));
      else yield* (await this.#cases.inThread(this.#request, this.#signal)) ?? this.#aboutSubject();
    } catch (error) {
      if (this.#signal.aborted) {
        yield { type: 'end', reply: { ...ownReply(words, ''), finishReason: 'stopped' } };
      } else {
        yield this.#failure(error);
      }
    }
  }

  get #cases(): ThreadCases {
    return this.#options.cases ?? NO_CASES;
  }

  #command(): Command | undefined {
    const { answered, turn, words } = this.#request;
    const { ask, attachments, teaching } = turn.message;
    if (teaching !== undefined) return undefined;
    return answered === undefined && ask === undefined && attachments.length === 0
      ? commandIn(words)
      : undefined;
  }

  *#obey(command: Command): Generator<ReplyEvent> {
    if (command === 'forget') this.answered = { thread: EMPTY_THREAD, asked: undefined };
    yield* eventsOf(ownReply(this.#request.words, COMMAND_WORDS[command]));
  }

  #findSubject(): Promise<TurnSubject> {
    const finding = findSubject(this.#options, this.#request, this.#parts);
    return unlessAborted(finding, this.#signal);
  }

  async *#aboutSubject(): AsyncGenerator<ReplyEvent> {
    yield* this.#answer(await this.#findSubject());
  }

  async *#answer(subject: TurnSubject): AsyncGenerator<ReplyEvent> {
    switch (subject.kind) {
      case 'unknown-film':
        yield* eventsOf(ownReply(this.#request.words, subject.text));
        break;
      case 'question':
        yield* this.#ask(subject);
        break;
      case 'film':
        this.answered = { thread: subject.thread, asked: undefined };
        yield* this.#remembered(subject, await this.#aboutFilm(subject));
        break;
    }
  }

  async *#ask({
    thread,
    notices,
    event,
    asked,
    films,
  }: Extract<TurnSubject, { kind: 'question' }>): AsyncGenerator<ReplyEvent> {
    const picture =
      films.length === 0 ? event.picture : await this.#options.annotator.contactSheet(films);
    this.#signal.throwIfAborted();
    this.answered = { thread, asked };
    for (const notice of notices) yield { type: 'notice', ...notice };
    yield { ...event, picture };
  }

  /** The events, the subject's own notices after all others, and the reply in the thread. */
  async *#remembered(
    { film, notices }: Subject,
    events: AsyncIterable<ReplyEvent>,
  ): AsyncGenerator<ReplyEvent> {
    for await (const event of events) {
      if (event.type === 'end') {
        for (const notice of notices) yield { type: 'notice', ...notice };
        const thread = this.#withReply(film, event.reply);
        this.answered = { thread, asked: undefined };
      }
      yield event;
    }
  }

  #withReply(
    film: Subject['film'],
    reply: Extract<ReplyEvent, { type: 'end' }>['reply'],
  ): ThreadRecord {
    return rememberReply(this.answered.thread, this.#request.turn.id, film, reply);
  }

  async #aboutFilm(subject: Subject): Promise<AsyncIterable<ReplyEvent>> {
    const inPlace = await this.#cases.aboutFilm(this.#request, subject, this.#signal);
    return inPlace ?? this.#about(subject);
  }

  #about(subject: Subject): AsyncIterable<ReplyEvent> {
    const { film, pixels, history, boxes, recent, unread, words } = subject;
    const { ask, author, platform, workspace } = this.#message;
    const request = {
      film: pixels,
      history,
      asker: askerOf({ platform, workspace, author }),
      filmNotices: film.notices,
    };
    const on = ask === undefined ? zoomIn(words) : undefined;
    if (on !== undefined) {
      const parts = { ...this.#options, lexicon: this.#lexicon };
      return zoom(parts, { ...request, words, on, boxes, recent }, this.#signal);
    }
    if (ask === undefined && words.trim() === '' && !unread && words !== this.#request.words)
      return this.#showAgain(subject);
    const asked = askOf(ask, words, unread);
    return this.#options.reading.read({ ...request, ask: asked }, this.#signal);
  }

  /** What the question was that a choice answers. */
  get #message(): AnswerRequest['turn']['message'] {
    const { answered, turn } = this.#request;
    return (answered?.original ?? turn).message;
  }

  /** "Film 1" alone: which one that is, with the boxes of what was said about it last. */
  async *#showAgain({ film, pixels, boxes }: Subject): AsyncGenerator<ReplyEvent> {
    const { annotator, model } = this.#options;
    if (model.demo) yield { type: 'notice', ...noticeOf('demo-model') };
    const strip = { model: model.name, demo: model.demo };
    const annotated = await annotator.annotate(pixels, boxes, strip);
    this.#signal.throwIfAborted();
    const text =
      boxes.length === 0
        ? `This is film ${film.number}. What shall I look for?`
        : `This is film ${film.number}, with the boxes of the last answer about it.`;
    const reply = ownReply(this.#request.words, text);
    yield* eventsOf({ ...reply, boxes, annotated, notices: film.notices });
  }

  #failure(error: unknown): ReplyEvent {
    const { logger, id } = this.#options;
    const number = id();
    const { code, message, retryable, kind } = toWetreadError(error, number);
    logger[kind === 'internal' ? 'error' : 'info']({ id: number, code, error }, 'a turn failed');
    return { type: 'error', code, message, retryable };
  }
}

const LEFT = 'All right, it is not read.';

const COMMAND_WORDS: Readonly<Record<Command, string>> = {
  help: HELP,
  forget: 'The films and this conversation are forgotten.',
  stop: 'Stopped.',
};

/** A film without words gets the wet read. */
const askOf = (ask: Ask | undefined, words: string, unread: boolean): Ask => {
  if (ask !== undefined) return ask;
  const text = words.trim();
  if (text !== '') return { kind: 'free', text };
  if (!unread) throw new WetreadError('question-empty');
  return { kind: 'task', task: 'wet-read' };
};
