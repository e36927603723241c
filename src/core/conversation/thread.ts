import type { Message } from '../conversation.ts';
import type { Film } from '../film.ts';
import { ONCE_A_THREAD } from '../read/notices.ts';
import type { Exchange, Notice } from '../reply.ts';
import type { Turn } from './turn.ts';

/**
 * Exchanges that a thread keeps. What the model sees is cut to its context besides; this bounds a thread that never
 * ends.
 */
const MOST_EXCHANGES = 200;

/** Which thread a message is in, as a key. */
export type ThreadPlace = Pick<Message, 'platform' | 'workspace' | 'channel' | 'thread'>;
export const threadKey = ({ platform, workspace, channel, thread }: ThreadPlace): string =>
  JSON.stringify([platform, workspace, channel, thread]);

/** What a thread is about, and its turns in order. */
export class Thread {
  readonly key: string;
  film: Film | undefined;
  filmNotices: readonly Notice[] = [];
  history: readonly Exchange[] = [];
  /** Turns that have not ended, the running one first. */
  readonly open = new Set<Turn>();
  readonly #told = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  constructor(key: string) {
    this.key = key;
  }

  /** Makes `film` the one that is talked about. True when it takes another one's place. */
  show(film: Film, notices: readonly Notice[]): boolean {
    const other = this.film !== undefined && this.film.sha256 !== film.sha256;
    if (other) this.history = [];
    this.film = film;
    this.filmNotices = notices;
    return other;
  }

  remember(exchange: Exchange): void {
    this.history = [...this.history, exchange].slice(-MOST_EXCHANGES);
  }

  /** Whether this thread is yet to be told; from now on it has been. */
  isNews({ code }: Notice): boolean {
    if (!ONCE_A_THREAD.has(code)) return true;
    const news = !this.#told.has(code);
    this.#told.add(code);
    return news;
  }

  /** Runs after every turn taken before it, whatever became of them. `run` must not fail. */
  enqueue(turn: Turn, run: () => Promise<void>): void {
    this.open.add(turn);
    turn.done = this.#last.then(run).finally(() => this.open.delete(turn));
    this.#last = turn.done;
  }
}
