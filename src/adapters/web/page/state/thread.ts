import { signal } from '@preact/signals';
import type { Feedback } from '../../../../core/conversation.ts';
import type { Choice } from '../../../../core/reply.ts';
import type { PageEvent } from '../../page-event.ts';
import type { FilmCache } from './film-cache.ts';
import type { KeptThread, KeptTurn } from './kept-threads.ts';
import { sentenceOf, type Server } from './server.ts';
import { NEW_TURN, type TurnState, isOver, withEvent } from './turn-state.ts';
import { type PickedFilm, type Said, type ShownFilm, Turn } from './turn.ts';

export type ThreadParts = {
  readonly server: Server;
  readonly films: FilmCache;
  /** Remembers the thread, so that a reload and other tabs find it. */
  readonly keep: (thread: KeptThread) => void;
  readonly onTrouble: (sentence: string) => void;
};

const TITLE_LENGTH = 80;

const randomId = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

/** One thread on the page: its turns in the order they were said, and what becomes of them. */
export class Thread {
  readonly turns = signal<readonly Turn[]>([]);
  readonly #parts: ThreadParts;
  readonly #left = new AbortController();
  #kept: KeptThread | undefined;
  /** Messages leave one at a time, so that they arrive in the order they were said. */
  #saying: Promise<unknown> = Promise.resolve();
  /** A thread's turns run one after the other, so one open stream is enough: browsers allow six to a host. */
  #following: Promise<unknown> = Promise.resolve();

  /** `kept`: a thread that goes on. */
  constructor(kept: KeptThread | undefined, parts: ThreadParts) {
    this.#kept = kept;
    this.#parts = parts;
    for (const turn of kept?.turns ?? []) this.#restore(turn);
  }

  get id(): string | undefined {
    return this.#kept?.id;
  }

  /**
   * Says something; resolves once the server has it. Fails with what the server says, and then nothing of it stays on
   * the page.
   */
  say(asked: string, said: Said): Promise<void> {
    const turn = new Turn(randomId(), asked, said);
    turn.film.value = said.film ?? 'as-before';
    const { message, film } = said;
    return this.#begin(turn, film?.credit, async () => {
      const thread = await this.#begun(asked, film);
      const sent = film === undefined ? {} : { film: await this.#send(thread, film) };
      await this.#parts.server.say(thread, { id: turn.name, ...message, ...sent });
      // As intake has taken it in: upright, and also what this browser cannot show.
      if (film?.file !== undefined) void this.#openFilm(turn);
    });
  }

  /** Answers the question of a turn. */
  async choose(turn: Turn, { code, text }: Choice): Promise<void> {
    turn.chosen.value = code;
    const answer = new Turn(`${turn.name}.answer`, text);
    try {
      await this.#begin(answer, undefined, () =>
        this.#parts.server.choose(this.#kept?.id ?? '', turn.name, code),
      );
    } catch (error) {
      turn.chosen.value = undefined;
      this.#parts.onTrouble(sentenceOf(error));
    }
  }

  stop(turn: Turn): Promise<boolean> {
    return this.#act((thread) => this.#parts.server.stop(thread, turn.name));
  }

  /** Resolves to whether the server has it. */
  async judge(turn: Turn, feedback: Feedback): Promise<boolean> {
    const isTaken = await this.#act((thread) =>
      this.#parts.server.judge(thread, turn.name, feedback),
    );
    if (isTaken) {
      const judged = new Map(turn.judged.value).set(feedback.box ?? 'reply', feedback.kind);
      turn.judged.value = judged;
    }
    return isTaken;
  }

  /** Goes on with what was said in another tab. */
  adopt(kept: KeptThread): void {
    this.#kept = kept;
    const here = new Set(this.turns.value.map(({ name }) => name));
    for (const turn of kept.turns) if (!here.has(turn.turn)) this.#restore(turn);
  }

  /** Nothing more of it is listened to. */
  leave(): void {
    this.#left.abort();
  }

  async #begin(turn: Turn, credit: string | undefined, send: () => Promise<unknown>) {
    const sending = this.#saying.then(send);
    this.#saying = sending.catch(() => undefined);
    this.#add(turn, sending);
    try {
      await sending;
    } catch (error) {
      this.turns.value = this.turns.value.filter((other) => other !== turn);
      throw error;
    }
    this.#keep(turn, credit);
  }

  #keep({ name, asked }: Turn, credit: string | undefined): void {
    if (this.#kept === undefined) return;
    const turn: KeptTurn = { turn: name, asked, ...(credit === undefined ? {} : { credit }) };
    this.#kept = { ...this.#kept, at: Date.now(), turns: [...this.#kept.turns, turn] };
    this.#parts.keep(this.#kept);
  }

  #restore({ turn: name, asked, credit }: KeptTurn): void {
    this.#add(new Turn(name, asked), Promise.resolve(), credit);
  }

  #add(turn: Turn, sent: Promise<unknown>, credit?: string): void {
    this.turns.value = [...this.turns.value, turn];
    this.#following = this.#following.then(async () => {
      const isSent = await sent.then(
        () => true,
        () => false,
      );
      if (isSent) await this.#follow(turn, credit);
    });
  }

  async #follow(turn: Turn, credit: string | undefined): Promise<void> {
    const { server } = this.#parts;
    const { signal: left } = this.#left;
    if (this.#kept === undefined || left.aborted) return;
    const follower = {
      onEvent: (event: PageEvent) => this.#hear(turn, event, credit),
      onConnection: (isConnected: boolean) => {
        turn.state.value = { ...turn.state.value, isConnected };
      },
      onAgain: () => {
        turn.state.value = { ...NEW_TURN, phase: 'running' };
      },
    };
    await server.follow(this.#kept.id, turn.name, follower, left);
  }

  #hear(turn: Turn, event: PageEvent, credit: string | undefined): void {
    const state = withEvent(turn.state.value, event);
    const isFirst = turn.state.value.phase === 'sending';
    turn.state.value = state;
    // After a reload, or in another tab, the film is wanted before the answer is there.
    if (isFirst && !isOver(state) && turn.film.value === 'opening') void this.#openFilm(turn);
    if (turn.said === undefined && state.failure?.code === 'turn-unknown') this.#drop(turn);
    else if (isOver(state)) void this.#settleFilm(turn, state, credit);
  }

  /** A turn of earlier that the server has no more: it was forgotten by a word, or is past its time. */
  #drop(turn: Turn): void {
    this.turns.value = this.turns.value.filter((other) => other !== turn);
    if (this.#kept === undefined) return;
    const turns = this.#kept.turns.filter(({ turn: name }) => name !== turn.name);
    this.#kept = { ...this.#kept, turns };
    this.#parts.keep(this.#kept);
  }

  /** The reply is there, so it is sure what it is about. */
  async #settleFilm(turn: Turn, { film, question }: TurnState, credit: string | undefined) {
    const { value: before } = turn.film;
    const name = film?.name;
    // What was masked on it is not shown any more, whether or not the masked film can be had.
    if (question?.private === true && before === turn.said?.film) turn.film.value = 'opening';
    if (name !== undefined) {
      this.#parts.films.credit(name, typeof before === 'object' ? before.credit : credit);
      await this.#openFilm(turn, name);
    }
    if (turn.film.value === 'opening') turn.film.value = 'as-before';
  }

  /** As the server has it, if it has it; else the film stays as it is. */
  async #openFilm(turn: Turn, name?: string): Promise<void> {
    if (this.#kept === undefined) return;
    const film = await this.#parts.films.get(this.#kept.id, turn.name, name).catch(() => undefined);
    const { value: before } = turn.film;
    if (film === undefined || isSame(before, film)) return;
    const credit = typeof before === 'object' ? before.credit : undefined;
    turn.film.value = credit === undefined ? film : { ...film, credit };
  }

  async #begun(asked: string, film: PickedFilm | undefined): Promise<string> {
    const title = (film?.sample === undefined ? asked : film.altText).slice(0, TITLE_LENGTH);
    this.#kept ??= {
      id: await this.#parts.server.beginThread(),
      title,
      at: Date.now(),
      turns: [],
    };
    return this.#kept.id;
  }

  async #send(thread: string, { file, sample }: PickedFilm) {
    return file === undefined
      ? { sample }
      : { upload: await this.#parts.server.sendFilm(thread, file) };
  }

  async #act(action: (thread: string) => Promise<unknown>): Promise<boolean> {
    try {
      await action(this.#kept?.id ?? '');
      return true;
    } catch (error) {
      this.#parts.onTrouble(sentenceOf(error));
      return false;
    }
  }
}

const isSame = (one: Turn['film']['value'], other: ShownFilm): boolean =>
  typeof one === 'object' && one.key === other.key;
