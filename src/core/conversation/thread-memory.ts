import type { TurnId } from '../conversation.ts';
import { EVERYTHING, type Journal } from './journal.ts';
import { EMPTY_THREAD, type ThreadRecord } from './thread-record.ts';

/**
 * What a thread is about, as the turn that is first in its line finds and leaves it. Meanwhile a film may be deleted, or
 * all of it forgotten, by whoever is told so: what is marked as gone is not brought back by a turn that began before.
 */
export class ThreadMemory {
  /** As it was after the last turn. */
  readonly thread: ThreadRecord;
  /** The turn after which it was stored. */
  readonly after: TurnId | undefined;
  readonly #journal: Journal;
  readonly #key: string;
  readonly #gone: readonly string[];

  static async read(journal: Journal, threadKey: string): Promise<ThreadMemory> {
    const [stored, gone] = await Promise.all([journal.thread(threadKey), journal.gone(threadKey)]);
    const thread = withoutGone(stored?.thread ?? EMPTY_THREAD, gone);
    return new ThreadMemory(journal, threadKey, thread, stored?.after, gone);
  }

  private constructor(
    journal: Journal,
    key: string,
    thread: ThreadRecord,
    after: TurnId | undefined,
    gone: readonly string[],
  ) {
    this.#journal = journal;
    this.#key = key;
    this.thread = thread;
    this.after = after;
    this.#gone = gone;
  }

  /** Whether `thread` has to be written. */
  differsFrom(thread: ThreadRecord): boolean {
    return thread !== this.thread || this.#gone.length > 0;
  }

  /** Writes the thread as it is after `turn`, without what has gone since it was read. */
  async write(turn: TurnId, thread: ThreadRecord): Promise<void> {
    if (!this.differsFrom(thread)) return;
    const journal = this.#journal;
    const known = new Set(this.#gone);
    let next = thread;
    let news = await this.#goneBut(known);
    do {
      if (news.includes(EVERYTHING)) {
        await journal.dropThread(this.#key);
        return;
      }
      next = withoutGone(next, news);
      for (const member of news) known.add(member);
      await journal.writeThread(this.#key, { after: turn, thread: next });
      // What went between the look and the write is found here; what goes later finds the record as written.
      news = await this.#goneBut(known);
    } while (news.length > 0);
    if (this.#gone.length > 0) await journal.unmarkGone(this.#key, this.#gone);
  }

  async #goneBut(known: ReadonlySet<string>): Promise<readonly string[]> {
    return (await this.#journal.gone(this.#key)).filter((member) => !known.has(member));
  }
}

/** A thread without these films; without everything, an empty one. */
export const withoutGone = (thread: ThreadRecord, gone: readonly string[]): ThreadRecord => {
  if (gone.length === 0) return thread;
  if (gone.includes(EVERYTHING)) return EMPTY_THREAD;
  const films = thread.films.filter(({ sha256 }) => !gone.includes(sha256));
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
