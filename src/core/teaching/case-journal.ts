import { createHash } from 'node:crypto';
import type { Stores } from '../blobs.ts';
import { DAMAGED_STATE } from '../claims.ts';
import type { TurnId } from '../conversation.ts';
import type { Film } from '../film.ts';
import type { CaseId } from '../teaching-case.ts';
import { CaseLearners } from './case-learners.ts';
import { FORGOTTEN_MS, KEPT_MS } from './case-limits.ts';
import type { CaseRecord, CaseState, StoredKey, StoredReading } from './case-record.ts';
import { CaseStore, type CaseStoreOptions } from './case-store.ts';

/** The case that a turn opens: of its id alone, so that a turn that is answered twice opens one case. */
export const caseIdOf = (turn: TurnId): CaseId =>
  createHash('sha256')
    .update(JSON.stringify(['case', turn]))
    .digest('hex')
    .slice(0, 16);

/**
 * What the stores hold of teaching cases. Records (namespace `cases`): `case:ID`, `reading:ID`, `key:ID`, and those of
 * `CaseLearners`; the film among the blobs, shelf `cases`, under the id. States: `case:ID` (where it stands),
 * `case-kept:ID`. Lines: `cases` (all there are), `cases-open` (not revealed yet), `case-thread:KEY` and `case-film:SHA`
 * (open ones), `case-seen:ID` (who has seen the key).
 */
export class CaseJournal {
  readonly learners: CaseLearners;
  readonly #store: CaseStore;

  constructor(options: CaseStoreOptions) {
    this.#store = new CaseStore(options);
    this.learners = new CaseLearners(this.#store);
  }

  get claims(): Stores['claims'] {
    return this.#store.claims;
  }

  find(id: CaseId): Promise<CaseRecord | undefined> {
    return this.#store.read(`case:${id}`);
  }

  state(id: CaseId): Promise<CaseState | undefined> {
    return this.#store.state(id);
  }

  async advance(record: CaseRecord, from: CaseState | undefined, to: CaseState): Promise<boolean> {
    const ttlMs = await this.#store.ttlOf(record);
    const key = `case:${record.id}`;
    const isDamaged = (await this.claims.state(key)) === DAMAGED_STATE;
    return this.claims.advance(key, isDamaged ? DAMAGED_STATE : from, to, ttlMs);
  }

  /** Writes it down, before it stands in any line. */
  async write(record: CaseRecord, film: Film): Promise<void> {
    const ttlMs = await this.#store.ttlOf(record);
    await Promise.all([
      this.#store.writeFor(`case:${record.id}`, record, ttlMs),
      this.#store.blobs.put('cases', record.id, film.png, ttlMs),
    ]);
    // A sweep drops what stands in the line without a record.
    await this.claims.join('cases', record.id);
  }

  async film({ id, film }: CaseRecord): Promise<Film | undefined> {
    const png = await this.#store.blobs.get('cases', id);
    return png === undefined ? undefined : { ...film, png };
  }

  // Lines

  /** Open cases, and those that are being revealed. */
  openIds(): Promise<readonly CaseId[]> {
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

  reading(id: CaseId): Promise<StoredReading | undefined> {
    return this.#store.read(`reading:${id}`);
  }

  /** Fails with `case-unknown` when the case was forgotten meanwhile. */
  writeReading(record: CaseRecord, reading: StoredReading): Promise<void> {
    return this.#store.write(record, `reading:${record.id}`, reading);
  }

  key(id: CaseId): Promise<StoredKey | undefined> {
    return this.#store.read(`key:${id}`);
  }

  writeKey(record: CaseRecord, key: StoredKey): Promise<void> {
    return this.#store.write(record, `key:${record.id}`, key);
  }

  async see(id: CaseId, author: string): Promise<void> {
    await this.claims.join(`case-seen:${id}`, author);
  }

  seenBy(id: CaseId): Promise<readonly string[]> {
    return this.claims.line(`case-seen:${id}`);
  }

  // How long, and what is left

  isKept(id: CaseId): Promise<boolean> {
    return this.#store.isKept(id);
  }

  /** Everything of the case is written anew with its new time. */
  async keep(record: CaseRecord, kept: boolean): Promise<void> {
    const key = `case-kept:${record.id}`;
    const to = kept ? 'kept' : 'not-kept';
    while (!(await this.claims.advance(key, await this.claims.state(key), to, KEPT_MS)));
    await this.renew(record);
  }

  /** Begins the time of everything of the case anew. */
  async renew(record: CaseRecord): Promise<void> {
    const { id } = record;
    const [ttlMs, state, keys, film] = await Promise.all([
      this.#store.ttlOf(record),
      this.state(id),
      this.#keys(id),
      this.film(record),
    ]);
    if (state === undefined || state === 'forgotten') return;
    for (const key of keys) {
      const value = await this.#store.read(key);
      if (value !== undefined) await this.#store.writeFor(key, value, ttlMs);
    }
    if (film !== undefined) await this.#store.blobs.put('cases', id, film.png, ttlMs);
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
    await this.#drop(id, await this.#keys(id));
    const seen = await this.seenBy(id);
    await Promise.all([
      this.learners.dropMarks(id),
      ...seen.map((author) => this.claims.leave(`case-seen:${id}`, author)),
      this.#store.dropState(`case-kept:${id}`),
      this.claims.leave('cases-open', id),
    ]);
    await this.claims.leave('cases', id);
  }

  async #keys(id: CaseId): Promise<readonly string[]> {
    const learners = await this.learners.keys(id);
    return [`case:${id}`, `reading:${id}`, `key:${id}`, ...learners];
  }

  async #drop(id: CaseId, keys: readonly string[]): Promise<void> {
    await Promise.all([
      ...keys.map((key) => this.#store.delete(key)),
      this.#store.blobs.delete('cases', id),
    ]);
  }
}

export const filmLine = (sha256: string): string => `case-film:${sha256}`;
export const threadLine = (threadKey: string): string => `case-thread:${threadKey}`;
