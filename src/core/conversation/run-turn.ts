import { toWetreadError, WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Ask, Reading } from '../reading.ts';
import { noticeOf } from '../read/notices.ts';
import type { Notice, ReplyEvent } from '../reply.ts';
import type { TakenFilm } from './take-film.ts';
import type { Thread } from './thread.ts';
import { askerOf, type Turn } from './turn.ts';

export type RunParts = {
  readonly reading: Reading;
  readonly logger: Logger;
  readonly id: () => string;
};

/** Answers one turn, from its film to its last event. Never fails: what goes wrong ends the turn with an `error`. */
export const runTurn = async (parts: RunParts, thread: Thread, turn: Turn): Promise<void> => {
  const { signal } = turn.stopping;
  // Stopped while it waited: its reply has ended already.
  if (turn.log.ended) return;
  turn.running = true;
  try {
    const notices = await takeUpFilm(thread, turn);
    if (!turn.log.ended) await read(parts, thread, turn, notices);
  } catch (error) {
    if (signal.aborted) turn.answer('', 'stopped');
    else turn.log.add(failureOf(parts, error));
  } finally {
    // The log lives on; the film is the thread's.
    turn.film = undefined;
  }
};

/** Makes the message's film, if it has one, the thread's; or ends the turn with intake's question. */
const takeUpFilm = async (thread: Thread, turn: Turn): Promise<readonly Notice[]> => {
  if (turn.film === undefined) return [];
  const taken = await unlessStopped(turn.film, turn.stopping.signal);
  const { result } = taken;
  if (result.outcome === 'question') {
    turn.question = { options: result.event.options, film: result.film };
    turn.log.add(result.event);
    return [];
  }
  const isNew = thread.show(result.film, result.notices);
  return [
    ...(isNew ? [noticeOf('new-film', { number: 2, earlier: 1 })] : []),
    ...whichFilm(taken, turn),
  ];
};

const whichFilm = ({ number }: TakenFilm, { message }: Turn): readonly Notice[] => {
  const count = message.attachments.length;
  return count > 1 ? [noticeOf('other-films', { number, count })] : [];
};

const read = async (
  { reading }: RunParts,
  thread: Thread,
  turn: Turn,
  notices: readonly Notice[],
): Promise<void> => {
  const { film, history, filmNotices } = thread;
  if (film === undefined) throw new WetreadError('film-needed');
  const { message, stopping, log } = turn;
  const ask = askOf(turn);
  const request = { film, history, ask, asker: askerOf(message), filmNotices };
  for await (const event of reading.read(request, stopping.signal)) {
    if (event.type === 'notice' && !thread.isNews(event)) continue;
    if (event.type === 'end') {
      const { reply } = event;
      if (reply.exchange !== null) thread.remember(reply.exchange);
      for (const notice of notices) log.add({ type: 'notice', ...notice });
      log.add({ type: 'end', reply: { ...reply, notices: noticesIn(log.events) } });
    } else {
      log.add(event);
    }
  }
};

const noticesIn = (events: readonly ReplyEvent[]): readonly Notice[] =>
  events.flatMap((event) =>
    event.type === 'notice' ? [{ code: event.code, text: event.text }] : [],
  );

/** A film without words gets the wet read. */
const askOf = ({ message, film }: Turn): Ask => {
  if (message.ask !== undefined) return message.ask;
  if (message.text.trim() !== '') return { kind: 'free', text: message.text.trim() };
  if (film === undefined) throw new WetreadError('question-empty');
  return { kind: 'task', task: 'wet-read' };
};

const failureOf = ({ logger, id }: RunParts, error: unknown): ReplyEvent => {
  const number = id();
  const { code, message, retryable, kind } = toWetreadError(error, number);
  logger[kind === 'internal' ? 'error' : 'info']({ id: number, code, error }, 'a turn failed');
  return { type: 'error', code, message, retryable };
};

const unlessStopped = async <Value>(
  promise: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> => {
  signal.throwIfAborted();
  let leave = (): void => {};
  const stopped = new Promise<never>((_, reject) => {
    leave = () => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
};
