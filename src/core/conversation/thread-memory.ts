import type { TurnId } from '../conversation.ts';
import { isSame, NOTHING_GONE, withoutGone, type Gone } from './gone.ts';
import type { Journal } from './journal.ts';
import { EMPTY_THREAD, type ThreadRecord } from './thread-record.ts';
import type { StoredThread } from './turn-record.ts';

type Found = {
  readonly stored: StoredThread | undefined;
  readonly isDamaged: boolean;
  readonly gone: Gone;
};

/**
 * What a thread is about, as the turn that is first in its line finds and leaves it. Meanwhile a film may be deleted, or
 * all of it forgotten, by whoever is told so: that is not brought back by a turn that began before.
 */
export class ThreadMemory {
  /** As it was after the last turn. */
  readonly thread: ThreadRecord;
  /** The turn after which it was stored. */
  readonly after: TurnId | undefined;
  /** What was kept cannot be read back: the thread starts afresh. */
  readonly isDamaged: boolean;
  readonly #journal: Journal;
  readonly #key: string;
  readonly #gone: Gone;
  /** The stored record is damaged, or has something that is gone. */
  readonly #isStale: boolean;

  static async read(journal: Journal, threadKey: string): Promise<ThreadMemory> {
    let isDamaged = false;
    const onDamage = (): void => {
      isDamaged = true;
    };
    const [stored, gone] = await Promise.all([
      journal.thread(threadKey, onDamage),
      journal.gone(threadKey),
    ]);
    return new ThreadMemory(journal, threadKey, { stored, isDamaged, gone });
  }

  private constructor(journal: Journal, key: string, { stored, isDamaged, gone }: Found) {
    const then = stored?.gone ?? NOTHING_GONE;
    this.#journal = journal;
    this.#key = key;
    this.#gone = gone;
    this.isDamaged = isDamaged;
    this.#isStale = isDamaged || (stored !== undefined && !isSame(then, gone));
    this.thread = stored === undefined ? EMPTY_THREAD : withoutGone(stored.thread, then, gone);
    this.after = stored?.after;
  }

  /** Whether `thread` has to be written. */
  differsFrom(thread: ThreadRecord): boolean {
    return thread !== this.thread || this.#isStale;
  }

  /** Writes the thread as it is after `turn`, without what has gone since it was read. */
  async write(turn: TurnId, thread: ThreadRecord): Promise<void> {
    if (!this.differsFrom(thread)) return;
    let gone = this.#gone;
    for (;;) {
      const next = withoutGone(thread, this.#gone, gone);
      if (gone.times === this.#gone.times)
        await this.#journal.writeThread(this.#key, { after: turn, thread: next, gone });
      else await this.#journal.dropThread(this.#key);
      // What went before the write is found here; what goes later finds the record as written.
      const now = await this.#journal.gone(this.#key);
      if (isSame(now, gone)) return;
      gone = now;
    }
  }

  /** Brings the stored record in line with what is gone. */
  async clean(): Promise<void> {
    if (!this.#isStale) return;
    if (this.thread === EMPTY_THREAD) await this.#journal.dropThread(this.#key);
    else await this.write(this.after ?? '', this.thread);
  }
}
