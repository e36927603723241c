import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Blobs, Stores } from '../blobs.ts';
import { DAMAGED_STATE, type Claims } from '../claims.ts';
import type { TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Json, Namespace, Records } from '../records.ts';
import { parseGone, type Gone } from './gone.ts';
import { TOMBSTONE_MS, type ConversationLimits } from './limits.ts';
import type { FeedbackRecord } from './feedback-record.ts';
import type {
  JoinedRecord,
  KeptFilm,
  OpenQuestionRecord,
  ShownMessageRecord,
  ShownRecord,
  StoredThread,
  TakeDownRecord,
  TurnProgress,
  TurnRecord,
  TurnState,
} from './turn-record.ts';

/** What there is under a message's id. */
type MessageRecord = TurnRecord | JoinedRecord | ShownMessageRecord;

export const NO_PROGRESS: TurnProgress = {
  tries: 1,
  parts: [],
  ending: undefined,
  writesThread: false,
  films: [],
};

/**
 * What the stores hold of the conversation, under which keys and for how long. Records: `turns`, `progress` and
 * `feedback` by turn, `threads` by thread. States: `turn:ID`, `owner:ID`, `choice:ID` (who answers its question),
 * `words:ID` (who joined it, or that nobody may any more), `stop:ID`; `gone:KEY` of a thread. Lines: `thread:KEY` (turns
 * that are not delivered, in order), `turns:KEY` (all that are kept), `open:PLATFORM` (turns with something left to do)
 * and `film:SHA` (threads that hold it).
 */
export class Journal {
  readonly claims: Claims;
  readonly blobs: Blobs;
  readonly records: Records;
  readonly #retention: ConversationLimits['retention'];
  readonly #logger: Logger;

  constructor({ records, claims, blobs }: Stores, limits: ConversationLimits, logger: Logger) {
    this.claims = claims;
    this.blobs = blobs;
    this.records = records;
    this.#retention = limits.retention;
    this.#logger = logger;
  }

  /** Longer than its turns, so that a sweep still finds the thread when the last of them has gone. */
  get #threadMs(): number {
    return this.#retention.turnsMs + TOMBSTONE_MS;
  }

  // Turns

  async message(id: TurnId): Promise<MessageRecord | undefined> {
    return (await this.#read('turns', id)) as MessageRecord | undefined;
  }

  /** A turn's own record; undefined also for a message that is part of another turn, or of none. */
  async turn(id: TurnId): Promise<TurnRecord | undefined> {
    const record = await this.message(id);
    return record !== undefined && 'receivedAt' in record ? record : undefined;
  }

  /** The record of a message that is part of another turn. */
  async joined(id: TurnId): Promise<JoinedRecord | undefined> {
    const record = await this.message(id);
    return record !== undefined && 'joins' in record ? record : undefined;
  }

  writeTurn(id: TurnId, record: MessageRecord): Promise<void> {
    return this.records.set('turns', id, record, this.#retention.turnsMs);
  }

  async progress(id: TurnId): Promise<TurnProgress> {
    const found = await this.#read('progress', id);
    return { ...NO_PROGRESS, ...(found as Partial<TurnProgress> | undefined) };
  }

  writeProgress(id: TurnId, progress: TurnProgress | TakeDownRecord): Promise<void> {
    // Once nothing is left to take down, it only waits for parts that are on their way.
    const isDone = 'takeDown' in progress && progress.parts.length === 0;
    const ttlMs = isDone ? TOMBSTONE_MS : this.#retention.turnsMs;
    return this.records.set('progress', id, progress, ttlMs);
  }

  async takeDown(id: TurnId): Promise<TakeDownRecord | undefined> {
    const found = (await this.#read('progress', id)) as TakeDownRecord | undefined;
    return found !== undefined && 'takeDown' in found ? found : undefined;
  }

  /** A damaged one counts as begun: while the turn stands in its line it is answered again, over its parts. */
  async state(id: TurnId): Promise<TurnState | undefined> {
    const state = await this.claims.state(`turn:${id}`);
    return (state === DAMAGED_STATE ? 'begun' : state) as TurnState | undefined;
  }

  /** True also when it was there already: a write that is said to have failed may have happened. */
  async advance(
    id: TurnId,
    from: readonly (TurnState | undefined)[],
    to: TurnState,
  ): Promise<boolean> {
    const ttlMs = to === 'forgotten' ? TOMBSTONE_MS : this.#retention.turnsMs;
    const states = from.includes('begun') ? [...from, DAMAGED_STATE] : from;
    for (;;) {
      for (const state of states)
        if (await this.claims.advance(`turn:${id}`, state, to, ttlMs)) return true;
      const state = await this.state(id);
      if (state === to) return true;
      // It may have gone from one of them to another between two looks: its reply was begun just then.
      if (!states.includes(state)) return false;
    }
  }

  /** Sets a state of a turn's once; resolves to what it is then. */
  async settle(
    kind: 'choice' | 'words' | 'stop',
    id: TurnId,
    value: string,
    previous?: string,
  ): Promise<string> {
    const key = `${kind}:${id}`;
    if (await this.claims.advance(key, previous, value, this.#retention.turnsMs)) return value;
    return (await this.claims.state(key)) ?? value;
  }

  settled(kind: 'choice' | 'words' | 'stop', id: TurnId): Promise<string | undefined> {
    return this.claims.state(`${kind}:${id}`);
  }

  // Lines

  /** Puts a turn in every line that it belongs in; resolves to its place in the thread's. */
  async joinLines({ id, threadKey, message }: TurnRecord): Promise<number> {
    const [place] = await Promise.all([
      this.claims.join(`thread:${threadKey}`, id),
      this.claims.join(`open:${message.platform}`, id),
      this.keepTurn(threadKey, id),
    ]);
    return place;
  }

  line(threadKey: string): Promise<readonly TurnId[]> {
    return this.claims.line(`thread:${threadKey}`);
  }

  leaveLine(threadKey: string, id: TurnId): Promise<void> {
    return this.claims.leave(`thread:${threadKey}`, id);
  }

  openTurns(platform: string): Promise<readonly TurnId[]> {
    return this.claims.line(`open:${platform}`);
  }

  joinOpenTurns(platform: string, id: TurnId): Promise<number> {
    return this.claims.join(`open:${platform}`, id);
  }

  leaveOpenTurns(platform: string, id: TurnId): Promise<void> {
    return this.claims.leave(`open:${platform}`, id);
  }

  /** Every turn of the thread of which something is kept. */
  keptTurns(threadKey: string): Promise<readonly TurnId[]> {
    return this.claims.line(`turns:${threadKey}`);
  }

  async keepTurn(threadKey: string, id: TurnId): Promise<void> {
    await this.claims.join(`turns:${threadKey}`, id);
  }

  dropKeptTurn(threadKey: string, id: TurnId): Promise<void> {
    return this.claims.leave(`turns:${threadKey}`, id);
  }

  // Threads

  /** `onDamage` is told when there is one that cannot be read back. */
  async thread(threadKey: string, onDamage = (): void => {}): Promise<StoredThread | undefined> {
    return (await this.#read('threads', threadKey, onDamage)) as StoredThread | undefined;
  }

  writeThread(threadKey: string, stored: StoredThread): Promise<void> {
    return this.records.set('threads', threadKey, stored, this.#threadMs);
  }

  dropThread(threadKey: string): Promise<void> {
    return this.records.delete('threads', threadKey);
  }

  /** Keys of the threads, without what is kept beside them. */
  async *threadKeys(): AsyncGenerator<string> {
    for await (const key of this.records.keys('threads')) if (key.startsWith('[')) yield key;
  }

  async shown(threadKey: string): Promise<ShownRecord | undefined> {
    return (await this.#read('threads', `shown:${threadKey}`)) as ShownRecord | undefined;
  }

  writeShown(threadKey: string, shown: ShownRecord): Promise<void> {
    return this.records.set('threads', `shown:${threadKey}`, shown, this.#retention.filmsMs);
  }

  dropShown(threadKey: string): Promise<void> {
    return this.records.delete('threads', `shown:${threadKey}`);
  }

  async openQuestion(threadKey: string): Promise<OpenQuestionRecord | undefined> {
    return (await this.#read('threads', `question:${threadKey}`)) as OpenQuestionRecord | undefined;
  }

  writeOpenQuestion(threadKey: string, turn: TurnId, ttlMs: number): Promise<void> {
    return this.records.set('threads', `question:${threadKey}`, { turn }, ttlMs);
  }

  dropOpenQuestion(threadKey: string): Promise<void> {
    return this.records.delete('threads', `question:${threadKey}`);
  }

  async gone(threadKey: string): Promise<Gone> {
    return parseGone(await this.claims.state(`gone:${threadKey}`));
  }

  async markGone(threadKey: string, change: (gone: Gone) => Gone): Promise<void> {
    const key = `gone:${threadKey}`;
    for (;;) {
      const before = await this.claims.state(key);
      const after = JSON.stringify(change(parseGone(before)));
      // As long as the thread's record, which it is compared with.
      if (await this.claims.advance(key, before, after, this.#threadMs)) return;
    }
  }

  // Films and pictures

  async keepFilm(threadKey: string, { sha256, png }: Film): Promise<void> {
    await Promise.all([
      this.claims.join(`film:${sha256}`, threadKey),
      this.blobs.put('films', sha256, png, this.#retention.filmsMs),
    ]);
  }

  async film({ sha256, width, height, channels }: KeptFilm): Promise<Film | undefined> {
    const png = await this.blobs.get('films', sha256);
    return png === undefined ? undefined : { sha256, width, height, channels, png };
  }

  filmHolders(sha256: string): Promise<readonly string[]> {
    return this.claims.line(`film:${sha256}`);
  }

  /** The thread holds the film no more; resolves to whether it was the last that did. */
  async dropFilm(threadKey: string, sha256: string): Promise<boolean> {
    await this.claims.leave(`film:${sha256}`, threadKey);
    if ((await this.filmHolders(sha256)).length > 0) return false;
    await this.blobs.delete('films', sha256);
    return true;
  }

  /** A reply's picture has the film in it, so it lives as long. */
  keepPicture(id: TurnId, png: Uint8Array): Promise<void> {
    return this.blobs.put('pictures', id, png, this.#retention.filmsMs);
  }

  // Feedback

  writeFeedback(record: FeedbackRecord, key: string): Promise<void> {
    return this.records.set(
      'feedback',
      `${record.turn} ${key}`,
      record,
      this.#retention.feedbackMs,
    );
  }

  /** What cannot be read back is as if it had never been written; everything else goes on. */
  async #read(
    namespace: Namespace,
    key: string,
    onDamage = (): void => {},
  ): Promise<Json | undefined> {
    try {
      return await this.records.get(namespace, key);
    } catch (error) {
      if (!(error instanceof WetreadError) || error.code !== 'record-damaged') throw error;
      this.#logger.error({ error, namespace }, 'a record is damaged and was given up');
      onDamage();
      return undefined;
    }
  }
}
