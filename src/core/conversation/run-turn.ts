import { setTimeout as sleep } from 'node:timers/promises';
import { ERRORS, toWetreadError, WetreadError, type ErrorCode } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Audit } from '../audit.ts';
import { auditOf } from './audit-of.ts';
import type { Answer, Answered, AnswerRequest } from './answer.ts';
import { pictureOf, toStoredEnding, type EndingEvent } from './ending.ts';
import type { Journal } from './journal.ts';
import { filmWaits } from './film-waits.ts';
import { MOST_TRIES, QUESTION_MS } from './limits.ts';
import type { OpenTurn } from './open-turn.ts';
import { ownReply } from './own-reply.ts';
import { persistBriefly } from './persist.ts';
import { rememberUnread, takeUpShown } from './shown-films.ts';
import { ThreadMemory } from './thread-memory.ts';
import { EMPTY_THREAD, type ThreadRecord } from './thread-record.ts';
import { isEnding } from './turn-log.ts';
import type { TurnRecord } from './turn-record.ts';
import { closeWords } from './turn-words.ts';

export type RunParts = {
  readonly journal: Journal;
  /** No other process can be at the stores. */
  readonly alone: boolean;
  readonly answer: Answer;
  readonly model: Pick<Model, 'name' | 'version'>;
  readonly audit: Audit;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  /**
   * Does what has to happen before a turn is answered (a typed "forget"). True: the thread is not what it was. Fails with
   * a `WetreadError`, with which the turn ends.
   */
  readonly prepare: (turn: OpenTurn, words: string) => Promise<boolean>;
  /** Interrupts a turn that is not this process's any more: the process was held up for longer than its lease, say. */
  readonly checkOwn: (turn: OpenTurn) => Promise<void>;
  /** The turn was forgotten while it was answered: what was stored since has to go, too. */
  readonly onForgotten: (turn: OpenTurn) => void;
  /** It could not be ended for a reason that nobody foresaw: it is to be begun once more. */
  readonly onLeft: (turn: OpenTurn) => void;
};

/** A model that hiccups may have recovered. */
const RETRY_MODEL_MS = 250;

/** These say that there are too many questions; asking again at once would be one more. */
const BUSY: readonly string[] = ['queue-full', 'endpoint-busy'] satisfies ErrorCode[];

/** What a turn comes to: its last event, and the thread after it. */
type Outcome = { readonly event: EndingEvent } & Answered;

/**
 * Answers the turn that is first in its thread's line, and stores its ending; then its listeners hear the last event.
 * Never fails: what goes wrong ends the turn with an `error`, and a turn that is interrupted is left as it is.
 */
export const runTurn = async (parts: RunParts, turn: OpenTurn): Promise<void> => {
  turn.stage = 'running';
  const begunAt = parts.now();
  try {
    const { memory, outcome } = await outcomeOf(parts, turn);
    await turn.persist(() => parts.checkOwn(turn));
    turn.interrupted.signal.throwIfAborted();
    await storeEnding(parts, turn, memory, outcome, begunAt);
  } catch (error) {
    leave(parts, turn, error);
  }
};

/** Ends a turn that waits in the line, at once and out of turn: it was stopped. */
export const endStopped = async (parts: RunParts, turn: OpenTurn): Promise<void> => {
  turn.stage = 'ended';
  const event = emptyEnd(turn.record.message.text);
  const outcome = { event, thread: EMPTY_THREAD, asked: undefined };
  try {
    await storeEnding(parts, turn, undefined, outcome, parts.now());
  } catch (error) {
    leave(parts, turn, error);
  }
};

const leave = ({ logger, id, onLeft }: RunParts, turn: OpenTurn, error: unknown): void => {
  const number = id();
  const { signal } = turn.interrupted;
  turn.stage = 'ended';
  turn.log.fail(signal.aborted ? signal.reason : toWetreadError(error, number));
  if (signal.aborted) return;
  logger.error({ id: number, error }, 'a turn was left unfinished');
  onLeft(turn);
};

const outcomeOf = async (
  parts: RunParts,
  turn: OpenTurn,
): Promise<{ readonly memory: ThreadMemory; readonly outcome: Outcome }> => {
  const { journal } = parts;
  const readMemory = (): Promise<ThreadMemory> =>
    turn.persist(() => ThreadMemory.read(journal, turn.threadKey));
  const [first, words] = await Promise.all([
    readMemory(),
    turn.persist(() => wordsOf(parts, turn)),
    countTry(turn),
  ]);
  let memory = first;
  try {
    const { refused } = turn.record;
    if (refused !== undefined) throw new WetreadError(refused as 'not-allowed');
    if (memory.isDamaged && turn.record.message.attachments.length === 0)
      throw new WetreadError('record-damaged');
    if (turn.progress.tries > MOST_TRIES) throw new WetreadError('tried-too-often');
    if (await parts.prepare(turn, words)) memory = await readMemory();
    const { thread } = memory;
    turn.record = await turn.persist(() => takeUpShown(journal, turn.record, words));
    const [answers, waits] = await turn.persist(() =>
      Promise.all([
        answersOf(journal, turn.record),
        filmWaits(journal, turn.threadKey, memory.thread),
      ]),
    );
    const { record } = turn;
    const request = { turn: record, words, thread, filmWaits: waits, answered: answers };
    return { memory, outcome: await answered(parts, turn, request) };
  } catch (error) {
    turn.interrupted.signal.throwIfAborted();
    const event = failureOf(parts, error);
    return { memory, outcome: { event, thread: memory.thread, asked: undefined } };
  }
};

/**
 * Counted before it is begun, so that a turn which takes the process with it is given up in the end. That it was begun
 * where it was taken is taken for granted, and costs no write.
 */
const countTry = async (turn: OpenTurn): Promise<void> => {
  if (turn.recovered) await turn.save({ tries: turn.progress.tries + 1 });
};

/** The turn's words: its own, and those that joined it. */
const wordsOf = async ({ journal, alone }: RunParts, turn: OpenTurn): Promise<string> => {
  // Another process may have been told of an edit.
  if (!alone) turn.record = (await journal.turn(turn.id)) ?? turn.record;
  return closeWords(journal, turn.record);
};

const answersOf = async (
  journal: Journal,
  { answers }: TurnRecord,
): Promise<AnswerRequest['answered']> => {
  if (answers === undefined) return undefined;
  const [original, { ending }] = await Promise.all([
    journal.turn(answers.turn),
    journal.progress(answers.turn),
  ]);
  if (original === undefined || ending?.kind !== 'question')
    throw new WetreadError('choice-unknown');
  return { code: answers.code, film: ending.event.film, original };
};

/** A failure of the model before its first word may be a hiccup: then it is asked once more. */
const answered = async (
  parts: RunParts,
  turn: OpenTurn,
  request: AnswerRequest,
): Promise<Outcome> => {
  const outcome = await answerOnce(parts, turn, request);
  const { signal } = turn.stopping;
  if (!mayRecover(outcome.event) || turn.log.text !== '' || signal.aborted) return outcome;
  await sleep(RETRY_MODEL_MS, undefined, { signal }).catch(() => undefined);
  return answerOnce(parts, turn, request);
};

const answerOnce = async (
  { answer }: RunParts,
  turn: OpenTurn,
  request: AnswerRequest,
): Promise<Outcome> => {
  const { films, log, stopping } = turn;
  const events = answer(
    request,
    {
      takeFilm: (index) => films.take(index),
      retakeFilm: (asked, choose) => films.retake(asked, choose),
      film: (kept) => films.film(kept),
    },
    stopping.signal,
  );
  let event: EndingEvent | undefined;
  for (;;) {
    const step = await events.next();
    if (step.done === true) {
      if (event === undefined) throw new Error('the answer has no ending');
      return { event, ...step.value };
    }
    if (isEnding(step.value)) event = step.value as EndingEvent;
    else if (step.value.type !== 'notice' || !isSaid(turn, step.value)) log.add(step.value);
  }
};

/** A second try says its first notices again. */
const isSaid = ({ log }: OpenTurn, notice: { readonly code: string; readonly text: string }) =>
  log.notices.some(({ code, text }) => code === notice.code && text === notice.text);

const mayRecover = (event: EndingEvent): boolean =>
  event.type === 'error' &&
  event.retryable &&
  !BUSY.includes(event.code) &&
  event.code in ERRORS &&
  ERRORS[event.code as ErrorCode].kind === 'model';

/** The whole ending is stored before anybody hears it: first what was said, then the thread, then that it is so. */
const storeEnding = async (
  parts: RunParts,
  turn: OpenTurn,
  memory: ThreadMemory | undefined,
  { event, thread, asked }: Outcome,
  begunAt: number,
): Promise<void> => {
  const { journal, now } = parts;
  const picture = pictureOf(event);
  const ending = toStoredEnding(event, turn.log, asked, now());
  const written = await Promise.allSettled([
    turn.save({
      ending,
      writesThread: memory?.differsFrom(thread) ?? false,
      films: filmsOf(turn, thread, asked?.sha256),
    }),
    picture === null ? undefined : keepPicture(parts, turn, picture.png),
    ending.kind === 'question'
      ? turn.persist(() => journal.writeOpenQuestion(turn.threadKey, turn.id, QUESTION_MS))
      : undefined,
  ]);
  for (const outcome of written) if (outcome.status === 'rejected') throw outcome.reason;
  await turn.persist(async () => memory?.write(turn.id, thread));
  if (turn.stopping.signal.aborted && event.type === 'end' && !hasFilmOf(thread, turn))
    await turn.persist(() => rememberUnread(journal, turn.record));
  const from = turn.state === 'begun' ? (['begun', 'received'] as const) : BEFORE_ANSWERED;
  const isAnswered = await turn.persist(() => journal.advance(turn.id, from, 'answered'));
  if (!isAnswered) {
    turn.interrupt(new WetreadError('turn-unknown'));
    parts.onForgotten(turn);
  }
  turn.interrupted.signal.throwIfAborted();
  turn.state = 'answered';
  turn.stage = 'ended';
  parts.audit.write(auditOf(turn, event, { model: parts.model, begunAt, endedAt: now() }));
  turn.log.add(event);
};

const hasFilmOf = ({ films }: ThreadRecord, { id }: OpenTurn): boolean =>
  films.some(({ turn }) => turn === id);

const BEFORE_ANSWERED = ['received', 'begun'] as const;

/** The words do not wait for a picture that cannot be kept; the reply as it is now has it. */
const keepPicture = async (
  { journal, logger }: RunParts,
  { id }: OpenTurn,
  png: Uint8Array,
): Promise<void> => {
  try {
    await persistBriefly(() => journal.keepPicture(id, png));
  } catch (error) {
    logger.error({ error }, 'a picture was not kept');
  }
};

const filmsOf = (
  { id, films }: OpenTurn,
  thread: ThreadRecord,
  asked: string | undefined,
): readonly string[] => {
  const about = thread.replies.find(({ turn }) => turn === id)?.filmNumber;
  const own = thread.films.filter(({ turn, number }) => turn === id || number === about);
  const names = [...own.map(({ sha256 }) => sha256), ...films.names];
  return [...new Set(asked === undefined ? names : [...names, asked])];
};

const failureOf = ({ logger, id }: RunParts, error: unknown): EndingEvent => {
  const number = id();
  const { code, message, retryable, kind } = toWetreadError(error, number);
  logger[kind === 'internal' ? 'error' : 'info']({ id: number, code, error }, 'a turn failed');
  return { type: 'error', code, message, retryable };
};

const emptyEnd = (question: string): EndingEvent => ({
  type: 'end',
  reply: { ...ownReply(question, ''), finishReason: 'stopped' },
});
