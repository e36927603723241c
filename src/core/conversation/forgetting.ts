import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Audit } from '../audit.ts';
import type { MessageReference, Place, PostedPart, TurnId } from '../conversation.ts';
import { dropFeedback } from './feedback.ts';
import { goneTurn, type Gone } from './gone.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';
import { threadKeyOf } from './thread-key.ts';
import { ThreadMemory } from './thread-memory.ts';
import { EMPTY_THREAD } from './thread-record.ts';
import { turnIdOf } from './turn-id.ts';
import { readJoiner } from './turn-words.ts';
import type { ThreadCases } from './thread-cases.ts';
import type { TurnRecord } from './turn-record.ts';
import type { Unfinisheds } from './unfinisheds.ts';
import { withAnswers } from './with-answers.ts';

export type ForgettingOptions = {
  readonly journal: Journal;
  readonly owners: Owners;
  readonly model: Pick<Model, 'forget'>;
  readonly audit: Audit;
  readonly logger: Logger;
  /** Turns that this process owns. */
  readonly open: Map<TurnId, OpenTurn>;
  readonly unfinisheds: Unfinisheds;
  readonly look: (threadKey: string) => Promise<void>;
  /** What goes with threads and turns. */
  readonly cases: Pick<ThreadCases, 'forgetThread' | 'forgetTurns'>;
};

/** Removes what was said, shown and answered, and has the bot's replies taken down. */
export class Forgetting {
  readonly #options: ForgettingOptions;

  constructor(options: ForgettingOptions) {
    this.#options = options;
  }

  /** Whoever posted the thread's films, or a moderator. */
  async mayForget({ threadKey, message }: TurnRecord): Promise<boolean> {
    if (message.standing === 'moderator') return true;
    const films = (await this.#options.journal.thread(threadKey))?.thread.films ?? [];
    return films.every(({ author }) => author === message.author);
  }

  /** Everything of a thread. `but`: the turn that asked for it. */
  async forgetThread(place: Place, author: string | undefined, but?: TurnId): Promise<void> {
    const { journal, look } = this.#options;
    const threadKey = threadKeyOf(place);
    await journal.markGone(threadKey, (gone) => ({ times: gone.times + 1, films: [], turns: [] }));
    const [line, kept, stored] = await Promise.all([
      journal.line(threadKey),
      journal.keptTurns(threadKey),
      journal.thread(threadKey),
    ]);
    const turns = [...new Set([...line, ...kept])].filter((id) => id !== but);
    await this.#options.cases.forgetThread(threadKey);
    const films = await this.#forgetTurns(threadKey, turns);
    for (const { sha256 } of stored?.thread.films ?? []) films.add(sha256);
    await Promise.all([
      journal.dropThread(threadKey),
      journal.dropShown(threadKey),
      journal.dropOpenQuestion(threadKey),
    ]);
    await this.#dropFilms(threadKey, films);
    await look(threadKey);
    this.#account(place, author, but, turns.length, films.size);
  }

  /** What a message brought: its film and every turn about it, or its turn. */
  async forgetMessage(message: MessageReference): Promise<void> {
    const { journal } = this.#options;
    const id = turnIdOf(message);
    const record = await journal.message(id);
    if (record === undefined) return;
    if ('receivedAt' in record) {
      await this.#forgetOf(record, record.message.attachments.length > 0);
    } else if ('joins' in record) {
      // It was part of another turn: its words were joined to it, or its film was what that turn is about.
      const turn = await journal.turn(record.joins);
      await this.#forgetTurn(id, undefined);
      await journal.records.delete('turns', id);
      if (turn !== undefined) await this.#forgetOf(turn, record.words === undefined);
    } else {
      await Promise.all([journal.dropShown(record.shownIn), journal.records.delete('turns', id)]);
    }
  }

  /**
   * A turn of this process was forgotten by another one while it was answered. One that another process has answered
   * meanwhile is only left alone: its reply stays.
   */
  async finish(turn: OpenTurn): Promise<void> {
    const { journal, open } = this.#options;
    turn.interrupt(new WetreadError('turn-unknown'));
    if (!open.delete(turn.id)) return;
    await turn.over();
    if ((await journal.state(turn.id)) !== 'forgotten') return;
    await this.#clear(turn.id, turn.record, turn.progress.parts);
    await this.#dropFilms(turn.threadKey, await this.#notHeld(turn.threadKey, turn.films.names));
  }

  /** As `finish`, for whoever does not wait for it. Never fails. */
  async finishLater(turn: OpenTurn): Promise<void> {
    try {
      await this.finish(turn);
    } catch (error) {
      this.#options.logger.error({ error }, 'a forgotten turn was not cleared');
    }
  }

  /** A part of a reply was posted although its turn is forgotten: it is to be taken down, too. */
  async takeDownLate(turn: TurnId, part: number, id: string): Promise<void> {
    const { journal, unfinisheds } = this.#options;
    const left = await journal.takeDown(turn);
    if (left === undefined) throw new WetreadError('turn-unknown');
    const parts = [...left.parts.filter((other) => other.part !== part), { part, id }];
    await journal.writeProgress(turn, { takeDown: left.takeDown, parts });
    await journal.joinOpenTurns(left.takeDown.platform, turn);
    const message = left.takeDown;
    unfinisheds.add(message.platform, { turn, message, duty: 'take-down', parts });
  }

  async takenDown(turn: TurnId): Promise<void> {
    const { journal } = this.#options;
    const left = await journal.takeDown(turn);
    if (left === undefined) return;
    // A part that was on its way may still come.
    await Promise.all([
      journal.writeProgress(turn, { ...left, parts: [] }),
      journal.leaveOpenTurns(left.takeDown.platform, turn),
    ]);
  }

  async #forgetOf(record: TurnRecord, withFilm: boolean): Promise<void> {
    const { journal, look } = this.#options;
    const { threadKey, message } = record;
    const bringing = await withAnswers(journal, record.id);
    const turns = new Set(bringing);
    const films = withFilm ? await this.#filmsThatCameWith(threadKey, turns) : new Set<string>();
    if (films.size > 0) {
      for (const id of await journal.keptTurns(threadKey))
        if ((await journal.progress(id)).films.some((name) => films.has(name))) turns.add(id);
    }
    const goneTurns = await Promise.all([...turns].map((id) => this.#goneTurn(id)));
    await journal.markGone(threadKey, (gone) => ({
      ...gone,
      films: [...gone.films, ...films],
      turns: [...gone.turns, ...goneTurns],
    }));
    await this.#options.cases.forgetTurns(threadKey, turns);
    const theirs = await this.#forgetTurns(threadKey, [...bringing]);
    await this.#forgetTurns(threadKey, [...turns]);
    // A film that they took in just now goes, too, and one that they alone asked about.
    for (const name of withFilm ? theirs : await this.#notHeld(threadKey, theirs)) films.add(name);
    if (withFilm) await this.#dropShownBy(threadKey, record);
    await (await ThreadMemory.read(journal, threadKey)).clean();
    await this.#dropFilms(threadKey, films);
    await look(threadKey);
    this.#account(message, undefined, record.id, turns.size, films.size);
  }

  /** Films that the turn was stopped before it took in wait for no question any more. */
  async #dropShownBy(threadKey: string, { message, filmFrom }: TurnRecord): Promise<void> {
    const { journal } = this.#options;
    const shown = await journal.shown(threadKey);
    if (shown?.from.id === (filmFrom ?? message).id) await journal.dropShown(threadKey);
  }

  async #goneTurn(id: TurnId): Promise<Gone['turns'][number]> {
    const { ending } = await this.#options.journal.progress(id);
    return goneTurn(id, ending?.kind === 'reply' ? ending.reply.exchange : null);
  }

  /** Films that these turns brought into the thread, or still wait to. */
  async #filmsThatCameWith(threadKey: string, turns: ReadonlySet<TurnId>): Promise<Set<string>> {
    const { journal, open } = this.#options;
    const { films } = (await journal.thread(threadKey))?.thread ?? EMPTY_THREAD;
    const names = films.flatMap(({ turn, sha256 }) => (turns.has(turn) ? [sha256] : []));
    for (const id of turns) {
      const record = await journal.turn(id);
      names.push(...(open.get(id)?.films.names ?? []), ...keptFilms(record));
      // Of a question: the film that it is about.
      if ((record?.message.attachments.length ?? 0) > 0)
        names.push(...(await journal.progress(id)).films);
    }
    return new Set(names);
  }

  /** Resolves to the films that they had to do with. */
  async #forgetTurns(threadKey: string, turns: readonly TurnId[]): Promise<Set<string>> {
    const films = await Promise.all(turns.map((id) => this.#forgetTurn(id, threadKey)));
    await dropFeedback(this.#options.journal, new Set(turns));
    return new Set(films.flat());
  }

  /** False: it is forgotten already, or not taken yet; what comes after "forget" is not meant. */
  async #markForgotten(id: TurnId): Promise<boolean> {
    const { journal } = this.#options;
    for (;;) {
      const state = await journal.state(id);
      if (state === 'forgotten') return false;
      if (state === undefined && (await journal.joined(id)) === undefined) return false;
      // It may be answered at this very moment.
      if (await journal.advance(id, [state], 'forgotten')) return true;
    }
  }

  async #forgetTurn(id: TurnId, threadKey: string | undefined): Promise<readonly string[]> {
    const { journal, open } = this.#options;
    if (!(await this.#markForgotten(id))) return [];
    const own = open.get(id);
    own?.interrupt(new WetreadError('turn-unknown'));
    open.delete(id);
    await own?.over();
    const [record, progress, joiner] = await Promise.all([
      journal.turn(id),
      journal.progress(id),
      readJoiner(journal, id),
    ]);
    if (joiner !== undefined) await this.#forgetTurn(joiner, threadKey);
    const parts = own?.progress.parts ?? progress.parts;
    await this.#clear(id, own?.record ?? record, parts);
    if (threadKey !== undefined) await journal.dropKeptTurn(threadKey, id);
    return [...progress.films, ...keptFilms(record), ...(own?.films.names ?? [])];
  }

  /** Nothing of it is left but what is on the platform, and that is to be taken down. */
  async #clear(
    id: TurnId,
    record: TurnRecord | undefined,
    parts: readonly PostedPart[],
  ): Promise<void> {
    const { journal, owners, unfinisheds } = this.#options;
    await Promise.all([
      journal.records.delete('turns', id),
      journal.blobs.delete('pictures', id),
      record === undefined ? journal.records.delete('progress', id) : undefined,
      record === undefined ? undefined : journal.leaveLine(record.threadKey, id),
      record === undefined ? undefined : journal.dropKeptTurn(record.threadKey, id),
    ]);
    if (record === undefined) return;
    const { platform, workspace, channel, thread, id: messageId } = record.message;
    const message = { platform, workspace, channel, thread, id: messageId };
    await journal.writeProgress(id, { takeDown: message, parts });
    if (parts.length === 0) {
      await journal.leaveOpenTurns(platform, id);
      return;
    }
    await journal.joinOpenTurns(platform, id);
    await owners.own(id, await owners.ownerOf(id));
    unfinisheds.add(platform, { turn: id, message, duty: 'take-down', parts });
  }

  /** Of these films, those that nothing else of the thread is about. */
  async #notHeld(threadKey: string, names: Iterable<string>): Promise<Set<string>> {
    const { journal } = this.#options;
    const left = new Set(names);
    if (left.size === 0) return left;
    const stored = await journal.thread(threadKey);
    for (const { sha256 } of stored?.thread.films ?? []) left.delete(sha256);
    for (const id of await journal.keptTurns(threadKey))
      for (const name of (await journal.progress(id)).films) left.delete(name);
    return left;
  }

  async #dropFilms(threadKey: string, films: ReadonlySet<string>): Promise<void> {
    const { journal, model, logger } = this.#options;
    for (const sha256 of films) {
      if (!(await journal.dropFilm(threadKey, sha256))) continue;
      try {
        await model.forget(sha256);
      } catch (error) {
        logger.error({ error }, 'the model did not forget a film');
      }
    }
  }

  #account(
    { platform, workspace, channel, thread }: Place,
    author: string | undefined,
    turn: TurnId | undefined,
    turns: number,
    films: number,
  ): void {
    const place = { platform, workspace, channel, thread };
    this.#options.audit.write({ kind: 'forget', ...place, author, turn, turns, films });
  }
}

const keptFilms = (record: TurnRecord | undefined): readonly string[] =>
  (record?.message.attachments ?? []).flatMap((film) => ('kept' in film ? [film.kept.sha256] : []));
