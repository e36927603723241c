import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../log.ts';
import type { PostedPart, TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';
import { NO_PROGRESS } from './journal.ts';
import { persist } from './persist.ts';
import { TurnFilms, type FilmParts } from './turn-films.ts';
import { TurnLog } from './turn-log.ts';
import type { TurnProgress, TurnRecord, TurnState } from './turn-record.ts';

/** A model stops within one step, which takes seconds on a slow machine; longer nobody waits. */
const LONGEST_STEP_MS = 10_000;

export type OpenTurnOptions = {
  readonly record: TurnRecord;
  readonly state: TurnState;
  readonly progress?: TurnProgress;
  /** It was found in the journal: its adapter hears of it through `unfinished`. */
  readonly recovered: boolean;
};

/** A turn that this process owns, from when it was taken (or taken over) until it is delivered. */
export class OpenTurn {
  readonly id: TurnId;
  readonly recovered: boolean;
  readonly log = new TurnLog();
  readonly films: TurnFilms;
  /** By the user: what was said so far stays. */
  readonly stopping = new AbortController();
  /** By us: the turn was forgotten, or is left to another process. Nothing more of it is stored. */
  readonly interrupted = new AbortController();
  record: TurnRecord;
  state: TurnState;
  /** What this process does about it. */
  stage: 'waiting' | 'running' | 'ended' = 'waiting';
  /** Resolves when it is not being answered. */
  done: Promise<void> = Promise.resolve();
  /** A film without words waits for its author's next message, until the record's time. */
  waitsForWords = true;
  #progress: TurnProgress;
  /** Turns of its thread that come before it, as its listeners were told. */
  #place = Infinity;
  readonly #journal: Journal;
  readonly #logger: Logger;
  #saving: Promise<void> = Promise.resolve();
  #nextSave: Promise<void> | undefined;

  constructor(parts: FilmParts, { record, state, progress, recovered }: OpenTurnOptions) {
    this.id = record.id;
    this.record = record;
    this.state = state;
    this.recovered = recovered;
    this.films = new TurnFilms(parts, this, this.stopping.signal);
    this.#progress = progress ?? NO_PROGRESS;
    this.#journal = parts.journal;
    this.#logger = parts.logger;
  }

  get progress(): TurnProgress {
    return this.#progress;
  }

  get message(): TurnRecord['message'] {
    return this.record.message;
  }

  get threadKey(): string {
    return this.record.threadKey;
  }

  /** Its place in the thread's line; 1 is next. */
  comeTo(place: number): void {
    if (place >= this.#place) return;
    this.#place = place;
    this.log.add({ type: 'status', phase: 'queued', place });
  }

  /** Leaves the turn as it is; nothing more is stored of it once that is `over`. */
  interrupt(reason: unknown): void {
    this.interrupted.abort(reason);
    this.stopping.abort(reason);
    this.log.fail(reason);
  }

  /** Resolves when an interrupted turn writes nothing more. */
  async over(): Promise<void> {
    await Promise.race([this.done, sleep(LONGEST_STEP_MS, undefined, { ref: false })]);
    await this.films.settled();
  }

  /** Work of the stores on this turn's behalf, again until it succeeds or the turn is interrupted. */
  persist<Result>(work: () => Promise<Result>): Promise<Result> {
    return persist(work, this.interrupted.signal, this.#logger);
  }

  /** Stores what became of it. What changes while a write is under way goes with the next one. */
  save(change: Partial<TurnProgress>): Promise<void> {
    this.#progress = { ...this.#progress, ...change };
    this.#nextSave ??= this.#saving.then(() => {
      this.#nextSave = undefined;
      const write = this.persist(() => this.#journal.writeProgress(this.id, this.#progress));
      this.#saving = write.catch(() => undefined);
      return write;
    });
    return this.#nextSave;
  }

  savePart(posted: PostedPart): Promise<void> {
    const others = this.#progress.parts.filter(({ part }) => part !== posted.part);
    const parts = [...others, posted].sort((one, other) => one.part - other.part);
    return this.save({ parts });
  }
}
