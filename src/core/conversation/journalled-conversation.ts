import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type {
  Conversation,
  Feedback,
  Message,
  MessageReference,
  Place,
  TurnId,
  Unfinished,
} from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Choice, ReplyEvent } from '../reply.ts';
import { choose } from './choosing.ts';
import { commandIn } from './command.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { editMessage } from './editing.ts';
import { expireFilms } from './expire-films.ts';
import { keepFeedback } from './feedback.ts';
import { Forgetting } from './forgetting.ts';
import { Journal } from './journal.ts';
import { LineRunner } from './line-runner.ts';
import { OpenTurn } from './open-turn.ts';
import { Owners } from './owners.ts';
import { readAhead } from './read-ahead.ts';
import { Recovery } from './recovery.ts';
import { endStopped, runTurn, type RunParts } from './run-turn.ts';
import { storedEvents } from './stored-events.ts';
import { Taking } from './taking.ts';
import type { FilmParts } from './turn-films.ts';
import type { TurnRecord } from './turn-record.ts';
import { Unfinisheds } from './unfinisheds.ts';

/** Posting the end of a reply takes a platform a second or two. */
const DELIVERY_GRACE_MS = 3_000;
const DELIVERY_LOOK_MS = 20;

/** `Conversation` over the journal: who holds what here, and what happens when. The work itself is done by its parts. */
export class JournalledConversation implements Conversation {
  readonly #options: ConversationOptions;
  readonly #journal: Journal;
  readonly #owners: Owners;
  readonly #taking: Taking;
  readonly #lines: LineRunner;
  readonly #recovery: Recovery;
  readonly #forgetting: Forgetting;
  readonly #run: RunParts;
  readonly #films: FilmParts;
  readonly #open = new Map<TurnId, OpenTurn>();
  readonly #unfinisheds = new Unfinisheds();
  readonly #timers: NodeJS.Timeout[] = [];
  /** Nothing more is taken or begun. */
  readonly #closing = new AbortController();
  /** Nothing more is waited for. */
  readonly #hurry = new AbortController();
  #closed: Promise<void> | undefined;
  #isOver = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    const { stores, limits, logger, now, id, intake, fetchers, model, audit } = options;
    const { timings, retention } = limits;
    const journal = new Journal(stores, limits, logger);
    this.#journal = journal;
    this.#owners = new Owners({
      ...{ claims: stores.claims, alone: options.alone, logger, now, id },
      ...{ leaseMs: timings.leaseMs, renewMs: timings.renewMs, ownershipMs: retention.turnsMs },
      onLost: () => this.#loseTurns(),
    });
    const films = { journal, intake, fetchers, fetchMs: timings.fetchMs, logger };
    this.#films = films;
    const owned = { journal, owners: this.#owners, logger, now, open: this.#open };
    this.#taking = new Taking({
      ...{ ...films, ...owned, limits, access: options.access, closing: this.#closing.signal },
      onTaken: (record, place) => this.#begin(record, place),
      onAuthorGoesOn: (turn) => this.#goOn(turn),
      look: (threadKey) => void this.#lines.look(threadKey),
    });
    const taking = this.#taking.ids;
    const unfinisheds = this.#unfinisheds;
    const look = (threadKey: string): Promise<void> => this.#lines.look(threadKey);
    this.#recovery = new Recovery({ ...films, ...owned, taking, unfinisheds, look });
    this.#forgetting = new Forgetting({ ...owned, model, audit, unfinisheds, look });
    this.#run = {
      ...{ journal, alone: options.alone, model, audit, logger, now, id, answer: options.answer },
      prepare: (turn, words) => this.#obey(turn, words),
      isOwn: async (turn) =>
        options.alone || (await this.#owners.ownerOf(turn.id)) === this.#owners.me,
      onForgotten: (turn) => this.#forgetting.finish(turn),
      onLeft: (turn) => this.#leave(turn),
    };
    this.#lines = new LineRunner({
      ...{ ...owned, taking, lookAgainMs: timings.lookAgainMs },
      run: (turn) => this.#runTurn(turn),
      adopt: (record, state, owner) => this.#recovery.adopt(record, state, owner),
    });
  }

  async start(): Promise<void> {
    await this.#owners.start();
    const { recoverMs, heedMs, expireMs } = this.#options.limits.timings;
    void this.#recover();
    this.#every(recoverMs, () => this.#recover());
    if (!this.#options.alone) this.#every(heedMs, () => this.#heed());
    this.#every(expireMs, () => expireFilms(this.#options, this.#journal, this.#closing.signal));
  }

  async take(message: Message): Promise<TurnId | undefined> {
    this.#closing.signal.throwIfAborted();
    return this.#taking.take(message);
  }

  async *events(id: TurnId, signal: AbortSignal): AsyncGenerator<ReplyEvent> {
    const { lookAgainMs } = this.#options.limits.timings;
    yield* storedEvents({ journal: this.#journal, open: this.#open, lookAgainMs }, id, signal);
  }

  async begun(id: TurnId, part: number, partId: string): Promise<void> {
    const turn = this.#open.get(id);
    if (turn === undefined) {
      if ((await this.#journal.state(id)) !== 'forgotten') throw new WetreadError('turn-unknown');
      await this.#forgetting.takeDownLate(id, part, partId);
      return;
    }
    const isFirst = turn.state === 'received';
    if (isFirst) turn.state = 'begun';
    await Promise.all([
      turn.savePart({ part, id: partId }),
      isFirst ? turn.persist(() => this.#journal.advance(id, ['received'], 'begun')) : undefined,
    ]);
  }

  async delivered(id: TurnId): Promise<void> {
    const journal = this.#journal;
    const turn = this.#open.get(id);
    const record = turn?.record ?? (await journal.turn(id));
    const state = turn?.state ?? (await journal.state(id));
    if (record === undefined || state !== 'answered') return;
    const finish = (): Promise<unknown> =>
      Promise.all([
        journal.advance(id, ['answered'], 'delivered'),
        journal.leaveLine(record.threadKey, id),
        journal.leaveOpenTurns(record.message.platform, id),
      ]);
    await (turn === undefined ? finish() : turn.persist(finish));
    this.#open.delete(id);
    void this.#lines.look(record.threadKey);
  }

  takenDown(id: TurnId): Promise<void> {
    return this.#forgetting.takenDown(id);
  }

  async *unfinished(platform: string, signal: AbortSignal): AsyncGenerator<Unfinished> {
    void this.#recoverPlatform(platform);
    yield* this.#unfinisheds.take(platform, signal);
  }

  async edited(message: MessageReference, text: string): Promise<void> {
    await editMessage({ journal: this.#journal, open: this.#open }, message, text, (turn) =>
      this.#goOn(turn),
    );
  }

  deleted(message: MessageReference): Promise<void> {
    return this.#forgetting.forgetMessage(message);
  }

  async choose(
    turn: TurnId,
    code: Choice['code'],
    by: Pick<Message, 'author' | 'standing'>,
  ): Promise<TurnId> {
    this.#closing.signal.throwIfAborted();
    const { audit, now } = this.#options;
    return choose({ journal: this.#journal, taking: this.#taking, audit, now }, turn, code, by);
  }

  async feedback(turn: TurnId, feedback: Feedback, author: string): Promise<void> {
    await keepFeedback(this.#options, this.#journal, turn, feedback, author);
  }

  async stop(id: TurnId): Promise<void> {
    const turn = this.#open.get(id);
    if (turn !== undefined) {
      this.#stop(turn);
      return;
    }
    const state = await this.#journal.state(id);
    if (state === undefined || state === 'forgotten') throw new WetreadError('turn-unknown');
    if (state === 'received' || state === 'begun') await this.#journal.settle('stop', id, 'stop');
  }

  async forget(place: Place): Promise<void> {
    await this.#forgetting.forgetThread(place, undefined);
  }

  /** A second call makes the first one hurry. */
  close(graceMs: number): Promise<void> {
    if (this.#closed === undefined) this.#closed = this.#close();
    const timer = setTimeout(() => this.#hurry.abort(), graceMs);
    return this.#closed.finally(() => clearTimeout(timer));
  }

  async #close(): Promise<void> {
    const closing = new WetreadError('closing');
    this.#closing.abort(closing);
    for (const timer of this.#timers) clearInterval(timer);
    this.#lines.close();
    const hurried = new Promise<void>((resolve) => {
      this.#hurry.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#lines.idle().then(() => this.#deliveries()), hurried]);
    this.#isOver = true;
    for (const turn of this.#open.values()) turn.interrupt(closing);
    await this.#lines.idle();
    await this.#owners.close();
  }

  /** Whoever delivers what was answered just now is given a moment. */
  async #deliveries(): Promise<void> {
    const until = performance.now() + DELIVERY_GRACE_MS;
    const owed = (): boolean => [...this.#open.values()].some(({ log }) => log.ended);
    while (owed() && performance.now() < until) await sleep(DELIVERY_LOOK_MS);
  }

  /** A turn was taken: its films come at once, and it begins when it is first. */
  #begin(record: TurnRecord, place: number): void {
    const turn = new OpenTurn(this.#films, { record, state: 'received', recovered: false });
    this.#open.set(turn.id, turn);
    if (this.#isOver) turn.interrupt(this.#closing.signal.reason);
    if (record.message.attachments.length > 0)
      turn.films.fetchAhead((film) => this.#readAhead(turn, film));
    if (place === 1) this.#lines.begin(turn);
    else void this.#lines.look(turn.threadKey);
    this.#stopBefore(turn);
  }

  async #runTurn(turn: OpenTurn): Promise<void> {
    if (turn.stopping.signal.aborted) await endStopped(this.#run, turn);
    else await runTurn(this.#run, turn);
  }

  #readAhead(turn: OpenTurn, film: Film): void {
    if (turn.stage !== 'waiting' || turn.record.message.attachments.length > 1) return;
    const signal = AbortSignal.any([turn.stopping.signal, this.#closing.signal]);
    void readAhead(this.#options, film, turn.record.message, signal);
  }

  /** A film that waits for its author's words waits no longer. */
  #goOn(id: TurnId): void {
    const turn = this.#open.get(id);
    if (turn === undefined) return;
    turn.waitsForWords = false;
    void this.#lines.look(turn.threadKey);
  }

  #stop(turn: OpenTurn): void {
    turn.stopping.abort(new WetreadError('stopped'));
    if (turn.stage === 'waiting') void endStopped(this.#run, turn);
    // Whoever goes on with it after a crash stops, too.
    else
      this.#journal.settle('stop', turn.id, 'stop').catch((error: unknown) => {
        this.#options.logger.warn({ error }, 'a stop was not kept');
      });
  }

  /** "stop" and "forget" do not wait behind what they end. */
  #stopBefore(turn: OpenTurn): void {
    const command = turn.record.refused === undefined ? commandOf(turn.record) : undefined;
    if (command === 'stop' || command === 'forget') void this.#stopThread(turn);
  }

  async #stopThread({ id, threadKey, record }: OpenTurn): Promise<void> {
    try {
      if (commandOf(record) === 'forget' && !(await this.#mayForget(record))) return;
      const line = await this.#journal.line(threadKey);
      const before = line.slice(0, Math.max(0, line.indexOf(id)));
      await Promise.all(before.map((other) => this.stop(other)));
    } catch (error) {
      this.#options.logger.warn({ error }, 'a turn was not stopped');
    }
  }

  /** A typed "forget", when its turn has come. */
  async #obey(turn: OpenTurn, words: string): Promise<boolean> {
    const { message } = turn.record;
    if (message.attachments.length > 0 || commandIn(words) !== 'forget') return false;
    if (!(await this.#mayForget(turn.record))) throw new WetreadError('not-yours');
    await this.#forgetting.forgetThread(message, message.author, turn.id);
    return true;
  }

  /** Whoever posted the thread's films, or a moderator. */
  async #mayForget({ threadKey, message }: TurnRecord): Promise<boolean> {
    if (message.standing === 'moderator') return true;
    const films = (await this.#journal.thread(threadKey))?.thread.films ?? [];
    return films.every(({ author }) => author === message.author);
  }

  async #recover(): Promise<void> {
    for (const platform of Object.keys(this.#options.fetchers))
      await this.#recoverPlatform(platform);
  }

  async #recoverPlatform(platform: string): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await this.#recovery.sweep(platform);
    } catch (error) {
      this.#options.logger.warn({ error }, 'turns were not looked through');
    }
  }

  /** What other processes want of the turns that are open here. */
  async #heed(): Promise<void> {
    const open = [...this.#open.values()].filter(({ stage }) => stage !== 'ended');
    const wishes = open.map(async (turn) => {
      const [state, stop] = await Promise.all([
        this.#journal.state(turn.id),
        this.#journal.settled('stop', turn.id),
      ]);
      if (state === 'forgotten') await this.#forgetting.finish(turn);
      else if (stop !== undefined && !turn.stopping.signal.aborted) this.#stop(turn);
    });
    for (const wish of await Promise.allSettled(wishes))
      if (wish.status === 'rejected')
        this.#options.logger.warn({ error: wish.reason }, 'a turn was not looked at');
  }

  /** Somebody else may have them by now. */
  #loseTurns(): void {
    const reason = new WetreadError('closing');
    for (const turn of this.#open.values()) turn.interrupt(reason);
    this.#open.clear();
    this.#unfinisheds.clear();
  }

  #leave(turn: OpenTurn): void {
    this.#open.delete(turn.id);
    void this.#lines.look(turn.threadKey);
  }

  #every(ms: number, work: () => Promise<void>): void {
    let working = false;
    const timer = setInterval(() => {
      if (working) return;
      working = true;
      void work().finally(() => {
        working = false;
      });
    }, ms);
    this.#timers.push(timer.unref());
  }
}

const commandOf = ({ message }: TurnRecord): ReturnType<typeof commandIn> =>
  message.ask === undefined && message.attachments.length === 0
    ? commandIn(message.text)
    : undefined;
