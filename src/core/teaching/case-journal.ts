import { createHash } from 'node:crypto';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Stores } from '../blobs.ts';
import { DAMAGED_STATE } from '../claims.ts';
import type { TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { Json } from '../records.ts';
import type { CaseId } from '../teaching-case.ts';
import { FORGOTTEN_MS, KEPT_MS, type CaseLimits } from './case-limits.ts';
import type {
  CaseRecord,
  CaseState,
  StoredAnswer,
  StoredKey,
  StoredReading,
} from './case-record.ts';

/** The case that a turn opens: of its id alone, so that a turn that is answered twice opens one case. */
export const caseIdOf = (turn: TurnId): CaseId =>
  createHash('sha256')
    .update(JSON.stringify(['case', turn]))
    .digest('hex')
    .slice(0, 16);

type CaseJournalOptions = {
  readonly stores: Stores;
  readonly limits: CaseLimits;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/**
 * What the stores hold of teaching cases. Records (namespace `cases`): `case:ID`, `reading:ID`, `key:ID`,
 * `answer:ID AUTHOR` and `name:ID AUTHOR`; the film among the blobs, shelf `cases`, under the id. States: `case:ID` (where
 * it stands), `case-kept:ID`, `case-hints:ID AUTHOR`. Lines: `cases` (all there are), `cases-open` (not revealed yet),
 * `case-thread:KEY` and `case-film:SHA` (open ones); of people `case-answers:ID`, `case-seen:ID`, and `case-people:ID`
 * (who took a hint or gave a name).
 */
export class CaseJournal {
  readonly #stores: Stores;
  readonly #limits: CaseLimits;
  readonly #logger: Logger;
  readonly #now: () => number;

  constructor({ stores, limits, logger, now }: CaseJournalOptions) {
    this.#stores = stores;
    this.#limits = limits;
    this.#logger = logger;
    this.#now = now;
  }

  get claims(): Stores['claims'] {
    return this.#stores.claims;
  }

  // The case

  async find(id: CaseId): Promise<CaseRecord | undefined> {
    return (await this.#read(`case:${id}`)) as CaseRecord | undefined;
  }

  /** A damaged one is to be revealed: no answer counts any more, and its film stays hidden until then. */
  async state(id: CaseId): Promise<CaseState | undefined> {
    const state = await this.claims.state(`case:${id}`);
    return (state === DAMAGED_STATE ? 'revealing:1' : state) as CaseState | undefined;
  }

  async advance(record: CaseRecord, from: CaseState | undefined, to: CaseState): Promise<boolean> {
    const ttlMs = to === 'forgotten' ? FORGOTTEN_MS : await this.#ttlOf(record);
    const key = `case:${record.id}`;
    const isDamaged = (await this.claims.state(key)) === DAMAGED_STATE;
    return this.claims.advance(key, isDamaged ? DAMAGED_STATE : from, to, ttlMs);
  }

  /** Writes it down, before it stands in any line. */
  async write(record: CaseRecord, film: Film): Promise<void> {
    const ttlMs = await this.#ttlOf(record);
    await Promise.all([
      this.#write(`case:${record.id}`, record, ttlMs),
      this.#stores.blobs.put('cases', record.id, film.png, ttlMs),
    ]);
    // A sweep drops what stands in the line without a record.
    await this.claims.join('cases', record.id);
  }

  async film({ id, film }: CaseRecord): Promise<Film | undefined> {
    const png = await this.#stores.blobs.get('cases', id);
    return png === undefined ? undefined : { ...film, png };
  }

  /** Open cases, and those that are being revealed. */
  async openIds(): Promise<readonly CaseId[]> {
    return this.claims.line('cases-open');
  }

  allIds(): Promise<readonly CaseId[]> {
    return this.claims.line('cases');
  }

  /** The first case that holds a film, or stands in a thread; undefined: none does. */
  async openWith(line: string): Promise<CaseRecord | undefined> {
    for (const id of await this.claims.line(line)) {
      const [record, state] = await Promise.all([this.find(id), this.state(id)]);
      const isOver = record === undefined || state === 'revealed' || state === 'forgotten';
      if (!isOver) return record;
      await this.claims.leave(line, id);
    }
    return undefined;
  }

  async joinLines({ id, threadKey, film }: CaseRecord): Promise<void> {
    await this.claims.join(filmLine(film.sha256), id);
    await this.claims.join(threadLine(threadKey), id);
    await this.claims.join('cases-open', id);
  }

  async leaveLines({ id, threadKey, film }: CaseRecord): Promise<void> {
    await Promise.all([
      this.claims.leave(filmLine(film.sha256), id),
      this.claims.leave(threadLine(threadKey), id),
      this.claims.leave('cases-open', id),
    ]);
  }

  // The hidden reading and the key

  async reading(id: CaseId): Promise<StoredReading | undefined> {
    return (await this.#read(`reading:${id}`)) as StoredReading | undefined;
  }

  async writeReading(record: CaseRecord, reading: StoredReading): Promise<void> {
    await this.#write(`reading:${record.id}`, reading, await this.#ttlOf(record));
    await this.#dropIfForgotten(record.id, `reading:${record.id}`);
  }

  async key(id: CaseId): Promise<StoredKey | undefined> {
    return (await this.#read(`key:${id}`)) as StoredKey | undefined;
  }

  async writeKey(record: CaseRecord, key: StoredKey): Promise<void> {
    await this.#write(`key:${record.id}`, key, await this.#ttlOf(record));
    await this.#dropIfForgotten(record.id, `key:${record.id}`);
  }

  async see(id: CaseId, author: string): Promise<void> {
    await this.claims.join(`case-seen:${id}`, author);
  }

  seenBy(id: CaseId): Promise<readonly string[]> {
    return this.claims.line(`case-seen:${id}`);
  }

  // Learners

  async answer(id: CaseId, author: string): Promise<StoredAnswer | undefined> {
    return (await this.#read(`answer:${id} ${author}`)) as StoredAnswer | undefined;
  }

  async writeAnswer(record: CaseRecord, author: string, answer: StoredAnswer): Promise<void> {
    const key = `answer:${record.id} ${author}`;
    // Whose answer is there stands in the line: one that is told again after a crash is known by its record.
    await this.claims.join(`case-answers:${record.id}`, author);
    await this.#write(key, answer, await this.#ttlOf(record));
    await this.#dropIfForgotten(record.id, key);
  }

  async dropAnswer(id: CaseId, author: string): Promise<void> {
    await this.#stores.records.delete('cases', `answer:${id} ${author}`);
    await this.claims.leave(`case-answers:${id}`, author);
  }

  /** Who has answered, in the order of their first answers. */
  answeredBy(id: CaseId): Promise<readonly string[]> {
    return this.claims.line(`case-answers:${id}`);
  }

  async name(id: CaseId, author: string): Promise<string | undefined> {
    return (await this.#read(`name:${id} ${author}`)) as string | undefined;
  }

  async writeName(record: CaseRecord, author: string, name: string | undefined): Promise<void> {
    const key = `name:${record.id} ${author}`;
    if (name === undefined) await this.#stores.records.delete('cases', key);
    else {
      await this.claims.join(`case-people:${record.id}`, author);
      await this.#write(key, name, await this.#ttlOf(record));
    }
    await this.#dropIfForgotten(record.id, key);
  }

  /** Hints that this learner has had. */
  async hints(id: CaseId, author: string): Promise<number> {
    const state = await this.claims.state(`case-hints:${id} ${author}`);
    return state === undefined || state === DAMAGED_STATE ? 0 : Number(state);
  }

  /** Resolves to how many those are now. */
  async takeHint(record: CaseRecord, author: string, most: number): Promise<number> {
    const key = `case-hints:${record.id} ${author}`;
    const ttlMs = await this.#ttlOf(record);
    await this.claims.join(`case-people:${record.id}`, author);
    for (;;) {
      const before = await this.claims.state(key);
      const next = Math.min(most, (before === undefined ? 0 : Number(before) || 0) + 1);
      if (await this.claims.advance(key, before, String(next), ttlMs)) return next;
    }
  }

  // How long, and what is left

  async isKept(id: CaseId): Promise<boolean> {
    return (await this.claims.state(`case-kept:${id}`)) === 'kept';
  }

  /** Everything of the case is written anew with its new time. */
  async keep(record: CaseRecord, kept: boolean): Promise<void> {
    const { id } = record;
    const key = `case-kept:${id}`;
    const to = kept ? 'kept' : 'not-kept';
    while (!(await this.claims.advance(key, await this.claims.state(key), to, KEPT_MS)));
    await this.renew(record);
  }

  /** Begins the time of everything of the case anew. */
  async renew(record: CaseRecord): Promise<void> {
    const { id } = record;
    const [ttlMs, state, answered, people, film] = await Promise.all([
      this.#ttlOf(record),
      this.state(id),
      this.answeredBy(id),
      this.claims.line(`case-people:${id}`),
      this.film(record),
    ]);
    if (state === undefined || state === 'forgotten') return;
    const keys = keysOf(id, answered, people);
    for (const key of keys) {
      const value = await this.#read(key);
      if (value !== undefined) await this.#write(key, value, ttlMs);
    }
    if (film !== undefined) await this.#stores.blobs.put('cases', id, film.png, ttlMs);
    await this.claims.advance(`case:${id}`, state, state, ttlMs);
    if ((await this.state(id)) === 'forgotten') await this.#drop(id, keys);
  }

  /** Nothing of it is left but, for a day, that it was forgotten. */
  async forget(record: CaseRecord): Promise<void> {
    const { id } = record;
    for (;;) {
      const state = await this.claims.state(`case:${id}`);
      if (state === 'forgotten') break;
      if (await this.claims.advance(`case:${id}`, state, 'forgotten', FORGOTTEN_MS)) break;
    }
    await this.leaveLines(record);
    await this.dropRest(id);
  }

  /** Of a case that is forgotten, or past its time: lines have no time of their own. */
  async dropRest(id: CaseId): Promise<void> {
    const [answered, people, seen] = await Promise.all([
      this.answeredBy(id),
      this.claims.line(`case-people:${id}`),
      this.seenBy(id),
    ]);
    await this.#drop(id, keysOf(id, answered, people));
    await Promise.all([
      ...answered.map((author) => this.claims.leave(`case-answers:${id}`, author)),
      ...people.map((author) => this.claims.leave(`case-people:${id}`, author)),
      ...seen.map((author) => this.claims.leave(`case-seen:${id}`, author)),
      ...people.map((author) => this.#dropState(`case-hints:${id} ${author}`)),
      this.#dropState(`case-kept:${id}`),
      this.claims.leave('cases-open', id),
    ]);
    await this.claims.leave('cases', id);
  }

  /** A state cannot be deleted; its time can be over at once. */
  async #dropState(key: string): Promise<void> {
    const state = await this.claims.state(key);
    if (state !== undefined) await this.claims.advance(key, state, state, 1);
  }

  async #drop(id: CaseId, keys: readonly string[]): Promise<void> {
    await Promise.all([
      ...keys.map((key) => this.#stores.records.delete('cases', key)),
      this.#stores.blobs.delete('cases', id),
    ]);
  }

  /** What was written while the case was forgotten goes, too. */
  async #dropIfForgotten(id: CaseId, key: string): Promise<void> {
    if ((await this.state(id)) !== 'forgotten') return;
    await this.#stores.records.delete('cases', key);
    throw new WetreadError('case-unknown');
  }

  async #ttlOf({ id, revealAt }: CaseRecord): Promise<number> {
    if (await this.isKept(id)) return KEPT_MS;
    return Math.max(0, revealAt - this.#now()) + this.#limits.retentionMs;
  }

  #write(key: string, value: unknown, ttlMs: number): Promise<void> {
    return this.#stores.records.set('cases', key, value as Json, ttlMs);
  }

  /** What cannot be read back is as if it had never been written. */
  async #read(key: string): Promise<Json | undefined> {
    try {
      return await this.#stores.records.get('cases', key);
    } catch (error) {
      if (!(error instanceof WetreadError) || error.code !== 'record-damaged') throw error;
      this.#logger.error({ error }, 'a record of a teaching case is damaged and was given up');
      return undefined;
    }
  }
}

const keysOf = (
  id: CaseId,
  answered: readonly string[],
  people: readonly string[],
): readonly string[] => [
  `case:${id}`,
  `reading:${id}`,
  `key:${id}`,
  ...answered.map((author) => `answer:${id} ${author}`),
  ...people.map((author) => `name:${id} ${author}`),
];

export const filmLine = (sha256: string): string => `case-film:${sha256}`;
export const threadLine = (threadKey: string): string => `case-thread:${threadKey}`;
