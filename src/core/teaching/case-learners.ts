import { DAMAGED_STATE } from '../claims.ts';
import type { CaseId } from '../teaching-case.ts';
import type { CaseRecord, StoredAnswer } from './case-record.ts';
import type { CaseStore } from './case-store.ts';

/**
 * What the store holds of the learners of a case. Records: `answer:ID AUTHOR`, `name:ID AUTHOR`. State: `case-hints:ID AUTHOR`.
 * Lines: `case-answers:ID`, and `case-people:ID` (who took a hint or gave a name).
 */
export class CaseLearners {
  readonly #store: CaseStore;

  constructor(store: CaseStore) {
    this.#store = store;
  }

  answer(id: CaseId, author: string): Promise<StoredAnswer | undefined> {
    return this.#store.read(answerKey(id, author));
  }

  async writeAnswer(record: CaseRecord, author: string, answer: StoredAnswer): Promise<void> {
    // Whose answer is there stands in the line: one that is told again after a crash is known by its record.
    await this.#store.claims.join(`case-answers:${record.id}`, author);
    await this.#store.write(record, answerKey(record.id, author), answer);
  }

  async dropAnswer(id: CaseId, author: string): Promise<void> {
    await this.#store.delete(answerKey(id, author));
    await this.#store.claims.leave(`case-answers:${id}`, author);
  }

  /** Who has answered, in the order of their first answers. */
  answered(id: CaseId): Promise<readonly string[]> {
    return this.#store.claims.line(`case-answers:${id}`);
  }

  name(id: CaseId, author: string): Promise<string | undefined> {
    return this.#store.read(nameKey(id, author));
  }

  async writeName(record: CaseRecord, author: string, name: string | undefined): Promise<void> {
    const key = nameKey(record.id, author);
    if (name === undefined) return this.#store.delete(key);
    await this.#store.claims.join(`case-people:${record.id}`, author);
    await this.#store.write(record, key, name);
  }

  /** Hints that this learner has had. */
  async hints(id: CaseId, author: string): Promise<number> {
    return countOf(await this.#store.claims.state(hintsKey(id, author)));
  }

  /** Resolves to how many those are now. */
  async takeHint(record: CaseRecord, author: string, most: number): Promise<number> {
    const { claims } = this.#store;
    const key = hintsKey(record.id, author);
    const ttlMs = await this.#store.ttlOf(record);
    await claims.join(`case-people:${record.id}`, author);
    for (;;) {
      const before = await claims.state(key);
      const next = Math.min(most, countOf(before) + 1);
      if (await claims.advance(key, before, String(next), ttlMs)) return next;
    }
  }

  /** Keys of every record that there may be. */
  async keys(id: CaseId): Promise<readonly string[]> {
    const [answered, people] = await Promise.all([this.answered(id), this.#people(id)]);
    return [
      ...answered.map((author) => answerKey(id, author)),
      ...people.map((author) => nameKey(id, author)),
    ];
  }

  /** Leaves no mark of anybody but the records. */
  async dropMarks(id: CaseId): Promise<void> {
    const { claims } = this.#store;
    const [answered, people] = await Promise.all([this.answered(id), this.#people(id)]);
    await Promise.all([
      ...answered.map((author) => claims.leave(`case-answers:${id}`, author)),
      ...people.map((author) => claims.leave(`case-people:${id}`, author)),
      ...people.map((author) => this.#store.dropState(hintsKey(id, author))),
    ]);
  }

  #people(id: CaseId): Promise<readonly string[]> {
    return this.#store.claims.line(`case-people:${id}`);
  }
}

const answerKey = (id: CaseId, author: string): string => `answer:${id} ${author}`;
const nameKey = (id: CaseId, author: string): string => `name:${id} ${author}`;
const hintsKey = (id: CaseId, author: string): string => `case-hints:${id} ${author}`;

const countOf = (state: string | undefined): number =>
  state === undefined || state === DAMAGED_STATE ? 0 : Number(state);
