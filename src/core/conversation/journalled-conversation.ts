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
import { checkOwn } from './check-own.ts';
import { choose } from './choosing.ts';
import type { ConversationOptions } from './conversation-options.ts';
import { Delivering } from './delivering.ts';
import { editMessage } from './editing.ts';
import { expireFilms } from './expire-films.ts';
import { keepFeedback } from './feedback.ts';
import { filmReferences } from './film-references.ts';
import { Forgetting } from './forgetting.ts';
import { obeyForget } from './obey-forget.ts';
import { heed } from './heeding.ts';
import { Journal } from './journal.ts';
import { LineRunner } from './line-runner.ts';
import { OpenTurn } from './open-turn.ts';
import { Owners } from './owners.ts';
import { readAhead } from './read-ahead.ts';
import { Recovery } from './recovery.ts';
import { endStopped, runTurn, type RunParts } from './run-turn.ts';
import { Rounds } from './rounds.ts';
import { Stopping } from './stopping.ts';
import { storedEvents } from './stored-events.ts';
import { Taking } from './taking.ts';
import { NO_CASES } from './thread-cases.ts';
import { turnFilm } from './turn-film.ts';
import type { FilmParts } from './turn-films.ts';
import type { TurnRecord } from './turn-record.ts';
import { Unfinisheds } from './unfinisheds.ts';
import { waitForDeliveries } from './wait-for-deliveries.ts';

/** What nobody foresaw will hardly be better at once. */
const BEGIN_AGAIN_MS = 1_000;

/** `Conversation` over the journal: who holds what here, and what happens when. The work itself is done by its parts. */
export class JournalledConversation implements Conversation {
  readonly #options: ConversationOptions;
  readonly #journal: Journal;
  readonly #owners: Owners;
  readonly #taking: Taking;
  readonly #lines: LineRunner;
  readonly #recovery: Recovery;
  readonly #forgetting: Forgetting;
  readonly #stopping: Stopping;
  readonly #delivering: Delivering;
  readonly #run: RunParts;
  readonly #films: FilmParts;
  readonly #open = new Map<TurnId, OpenTurn>();
  readonly #unfinisheds = new Unfinisheds();
  /** Whose turns are answered here. */
  readonly #platforms: Set<string>;
  readonly #rounds = new Rounds();
  /** Nothing more is taken or begun. */
  readonly #closing = new AbortController();
  /** Nothing more is waited for. */
  readonly #hurry = new AbortController();
  #closed: Promise<void> | undefined;
  #isOver = false;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#platforms = new Set(Object.keys(options.fetchers));
    const { limits, logger, alone } = options;
    const { timings } = limits;
    const open = this.#open;
    const unfinisheds = this.#unfinisheds;
    const look = (threadKey: string): Promise<void> => this.#lines.look(threadKey);
    const journal = new Journal(options.stores, limits, logger);
    const owners = new Owners({
      ...options,
      ...timings,
      claims: options.stores.claims,
      ownershipMs: limits.retention.turnsMs,
      onLost: () => this.#loseTurns(),
    });
    this.#journal = journal;
    this.#owners = owners;
    this.#films = { ...options, journal, fetchMs: timings.fetchMs };
    this.#taking = new Taking({
      ...options,
      ...this.#films,
      owners,
      open,
      closing: this.#closing.signal,
      onTaken: (record, place) => this.#begin(record, place),
      onAuthorGoesOn: (turn) => this.#goOn(turn),
      look: (threadKey) => void look(threadKey),
    });
    const taking = this.#taking.ids;
    this.#recovery = new Recovery({ ...this.#films, owners, open, taking, unfinisheds, look });
    const { cases = NO_CASES } = options;
    const forgotten = { ...options, cases, journal, owners, open, unfinisheds, look };
    const forgetting = (this.#forgetting = new Forgetting(forgotten));
    this.#delivering = new Delivering({ journal, alone, forgetting, open, look });
    this.#run = {
      ...options,
      journal,
      prepare: (turn, words) => obeyForget(forgetting, turn, words),
      checkOwn: (turn) => checkOwn({ ...options, journal, owners, open, forgetting }, turn),
      onForgotten: (turn) => void forgetting.finishLater(turn),
      onLeft: (turn) => this.#leave(turn),
    };
    const endWaiting = (turn: OpenTurn): Promise<void> => endStopped(this.#run, turn);
    const mayForget = (record: TurnRecord): Promise<boolean> => forgetting.mayForget(record);
    this.#stopping = new Stopping({ journal, logger, open, mayForget, endWaiting });
    this.#lines = new LineRunner({
      ...options,
      journal,
      owners,
      open,
      taking,
      lookAgainMs: timings.lookAgainMs,
      run: (turn) => this.#runTurn(turn),
      adopt: (record, state, owner) => this.#recovery.adopt(record, state, owner),
    });
  }

  async start(): Promise<void> {
    await this.#owners.start();
    const { alone, limits, logger } = this.#options;
    const { recoverMs, heedMs, expireMs } = limits.timings;
    void this.#recover();
    this.#rounds.every(recoverMs, () => this.#recover());
    const [journal, forgetting, stopping] = [this.#journal, this.#forgetting, this.#stopping];
    const heeding = { journal, logger, forgetting, stopping };
    if (!alone) this.#rounds.every(heedMs, () => heed(heeding, this.#open.values()));
    // What went past its time while no server ran goes at the start.
    void this.#expire();
    this.#rounds.every(expireMs, () => this.#expire());
  }

  async take(message: Message): Promise<TurnId | undefined> {
    this.#closing.signal.throwIfAborted();
    return this.#taking.take(message);
  }

  async *events(id: TurnId, signal: AbortSignal): AsyncGenerator<ReplyEvent> {
    const { lookAgainMs } = this.#options.limits.timings;
    const sure = (): Promise<void> => this.#owners.sure();
    const parts = { journal: this.#journal, open: this.#open, lookAgainMs, sure };
    yield* storedEvents(parts, id, signal);
  }

  film(id: TurnId): Promise<Pick<Film, 'sha256' | 'png'> | undefined> {
    return turnFilm({ journal: this.#journal, open: this.#open }, id);
  }

  filmReferences(id: TurnId): ReturnType<Conversation['filmReferences']> {
    return filmReferences(this.#journal, id);
  }

  begun(id: TurnId, part: number, partId: string): Promise<void> {
    return this.#delivering.begun(id, part, partId);
  }

  delivered(id: TurnId): Promise<void> {
    return this.#delivering.delivered(id);
  }

  takenDown(id: TurnId): Promise<void> {
    return this.#forgetting.takenDown(id);
  }

  async *unfinished(platform: string, signal: AbortSignal): AsyncGenerator<Unfinished> {
    this.#platforms.add(platform);
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
    const { now } = this.#options;
    return choose({ journal: this.#journal, taking: this.#taking, now }, turn, code, by);
  }

  async feedback(turn: TurnId, feedback: Feedback, author: string): Promise<void> {
    await keepFeedback(this.#options, this.#journal, turn, feedback, author);
  }

  stop(id: TurnId): Promise<void> {
    return this.#stopping.stop(id);
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
    this.#rounds.stop();
    this.#lines.close();
    const hurried = new Promise<void>((resolve) => {
      this.#hurry.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([
      this.#lines.idle().then(() => waitForDeliveries(this.#open, this.#hurry.signal)),
      hurried,
    ]);
    this.#isOver = true;
    for (const turn of this.#open.values()) turn.interrupt(closing);
    await this.#lines.idle();
    await this.#owners.close();
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
    void this.#stopping.obeyAtOnce(turn);
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

  #expire(): Promise<void> {
    return expireFilms(this.#options, this.#journal, this.#closing.signal);
  }

  async #recover(): Promise<void> {
    for (const platform of this.#platforms) await this.#recoverPlatform(platform);
  }

  async #recoverPlatform(platform: string): Promise<void> {
    if (this.#closing.signal.aborted) return;
    try {
      await this.#recovery.sweep(platform);
    } catch (error) {
      this.#options.logger.warn({ error }, 'turns were not looked through');
    }
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
    this.#lines.lookLater(turn.threadKey, BEGIN_AGAIN_MS);
  }
}
