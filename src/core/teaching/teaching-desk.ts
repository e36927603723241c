import { WetreadError } from '../../errors.ts';
import { KeyedSeries } from '../conversation/keyed-series.ts';
import type { Claims } from '../claims.ts';
import { turnIdOf } from '../conversation/turn-id.ts';
import type { Message, TurnId } from '../conversation.ts';
import { printable, shortened } from '../drawing/chip-text.ts';
import type { Picture } from '../reply.ts';
import type {
  CaseAnswer,
  CaseId,
  CaseView,
  HiddenReading,
  Hint,
  OwnAnswer,
  Person,
  TeachingCases,
} from '../teaching-case.ts';
import { answerKeyOf, type AnswerKey } from './answer-key.ts';
import { auditCase } from './audit-case.ts';
import { caseIdOf } from './case-journal.ts';
import { numberedKey } from './case-key.ts';
import { LONGEST_NAME } from './case-limits.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord, StoredKey, StoredReading } from './case-record.ts';
import { revealMessage, type DueReveals } from './due-reveals.ts';
import { hintText, MOST_HINTS } from './hint-text.ts';
import { readKey, writeKey } from './key-text.ts';
import { letterOf } from './reveal-text.ts';
import { triesOf } from './reveal.ts';
import { takeAnswer } from './take-answer.ts';

/** What people do to cases. */
export class TeachingDesk implements TeachingCases {
  readonly #parts: CaseParts;
  readonly #due: DueReveals;
  /** A learner's presses follow each other. */
  readonly #series = new KeyedSeries();

  constructor(parts: CaseParts, due: DueReveals) {
    this.#parts = parts;
    this.#due = due;
  }

  openedBy(turn: TurnId): Promise<CaseView | undefined> {
    return this.find(caseIdOf(turn));
  }

  async find(id: CaseId): Promise<CaseView | undefined> {
    const record = await this.#parts.journal.find(id);
    return record === undefined ? undefined : this.#viewOf(record);
  }

  async answer(id: CaseId, by: Person, answer: CaseAnswer): Promise<void> {
    const record = await this.#allowed(id, by);
    const { author } = by;
    const at = this.#parts.now();
    await this.#series.run(`${id} ${author}`, () =>
      takeAnswer(this.#parts, record, { author, answer, at, turn: undefined }),
    );
  }

  async own(id: CaseId, { author }: Person): Promise<OwnAnswer> {
    const { journal } = this.#parts;
    await this.#record(id);
    const [stored, name, hints, answered] = await Promise.all([
      journal.learners.answer(id, author),
      journal.learners.name(id, author),
      journal.learners.hints(id, author),
      journal.learners.answered(id),
    ]);
    const at = answered.indexOf(author);
    return { answer: stored?.answer, name, hints, letter: at === -1 ? undefined : letterOf(at) };
  }

  async showName(id: CaseId, by: Person, name: string | undefined): Promise<void> {
    const record = await this.#open(id, by);
    const shown = name === undefined ? '' : shortened(printable(name), LONGEST_NAME);
    await this.#parts.journal.learners.writeName(
      record,
      by.author,
      shown === '' ? undefined : shown,
    );
  }

  async hint(id: CaseId, by: Person): Promise<Hint> {
    const { journal, model } = this.#parts;
    const record = await this.#open(id, by);
    const key = await this.#key(id);
    if (key === undefined) throw new WetreadError('case-no-hint');
    const step = (await journal.learners.takeHint(record, by.author, MOST_HINTS)) as Hint['step'];
    const said = hintText(step, key.key, key.geometry);
    const text = key.against === 'key' ? said : `${byModel(model.demo)}: ${said}`;
    return { step, text, left: MOST_HINTS - step };
  }

  async hidden(id: CaseId, by: Person): Promise<HiddenReading> {
    const { journal } = this.#parts;
    const record = await this.#moderated(id, by);
    await journal.see(id, by.author);
    auditCase(this.#parts, record, 'seen', by.author);
    const [stored, reading] = await Promise.all([journal.key(id), journal.reading(id)]);
    const key = answerKeyOf(stored, reading);
    return {
      reading: reading === undefined ? 'pending' : reading.outcome === 'read' ? 'there' : 'failed',
      text: reading?.outcome === 'read' ? reading.text : '',
      keyText: key === undefined ? '' : writeKey(key.key),
      confirmed: stored !== undefined,
    };
  }

  async hiddenPicture(id: CaseId, by: Person): Promise<Picture | undefined> {
    const record = await this.#moderated(id, by);
    await this.#parts.journal.see(id, by.author);
    const key = await this.#key(id);
    return key === undefined ? undefined : this.#drawKey(record, key);
  }

  async confirm(id: CaseId, by: Person): Promise<void> {
    const { journal } = this.#parts;
    const record = await this.#moderated(id, by);
    await this.#openState(record);
    const reading = await journal.reading(id);
    if (reading?.outcome !== 'read') throw new WetreadError('case-no-reading');
    await this.#writeKey(record, by, { key: reading.key, origin: 'confirmed' });
  }

  async correct(id: CaseId, by: Person, keyText: string): Promise<void> {
    const { journal } = this.#parts;
    const record = await this.#moderated(id, by);
    await this.#openState(record);
    const key = readKey(keyText);
    const reading = await journal.reading(id);
    const isAsRead = reading?.outcome === 'read' && writeKey(reading.key) === writeKey(key);
    await this.#writeKey(record, by, { key, origin: isAsRead ? 'confirmed' : 'written' });
  }

  async keep(id: CaseId, by: Person, kept: boolean): Promise<void> {
    const record = await this.#moderated(id, by);
    await this.#parts.journal.keep(record, kept);
    auditCase(this.#parts, record, kept ? 'kept' : 'let-go', by.author);
  }

  async reveal(id: CaseId, by: Person): Promise<void> {
    const { journal, wake } = this.#parts;
    const record = await this.#record(id);
    if (by.standing !== 'moderator' && by.author !== record.openedBy)
      throw new WetreadError('not-yours');
    const state = await journal.state(id);
    const tries = triesOf(state) ?? 0;
    // A reveal that was stopped, or failed time and again, is begun anew by whoever asks.
    if (state !== 'open' && !(await isOver(journal.claims, record, tries)))
      throw new WetreadError('case-closed');
    if (!(await journal.advance(record, state, `revealing:${tries + 1}`)))
      throw new WetreadError('case-closed');
    auditCase(this.#parts, record, 'closed', by.author);
    wake();
  }

  due(platform: string, signal: AbortSignal): AsyncIterable<Message> {
    return this.#due.follow(platform, signal);
  }

  async #viewOf(record: CaseRecord): Promise<CaseView | undefined> {
    const { journal } = this.#parts;
    const { id, platform, workspace, channel, thread, openedBy, revealAt } = record;
    const [state, answered, kept] = await Promise.all([
      journal.state(id),
      journal.learners.answered(id),
      journal.isKept(id),
    ]);
    if (state === undefined || state === 'forgotten') return undefined;
    const told = state === 'open' || state === 'revealed' ? state : 'revealing';
    const place = { platform, workspace, channel, thread };
    return { ...place, id, openedBy, revealAt, state: told, answers: answered.length, kept };
  }

  async #record(id: CaseId): Promise<CaseRecord> {
    const { journal } = this.#parts;
    const [record, state] = await Promise.all([journal.find(id), journal.state(id)]);
    if (record === undefined || state === undefined || state === 'forgotten')
      throw new WetreadError('case-unknown');
    return record;
  }

  /** Whoever may not ask in the case's channel has no part in it. */
  async #allowed(id: CaseId, { author, standing }: Person): Promise<CaseRecord> {
    const record = await this.#record(id);
    const { platform, workspace, channel, direct } = record;
    const place = { platform, workspace, channel, direct };
    const decision = this.#parts.access.mayAsk({ ...place, author, standing, addressed: true });
    if (decision !== 'yes') throw new WetreadError('not-allowed');
    return record;
  }

  async #open(id: CaseId, by: Person): Promise<CaseRecord> {
    const record = await this.#allowed(id, by);
    await this.#openState(record);
    return record;
  }

  async #moderated(id: CaseId, { standing }: Person): Promise<CaseRecord> {
    const record = await this.#record(id);
    if (standing !== 'moderator') throw new WetreadError('case-moderators');
    return record;
  }

  async #openState({ id }: CaseRecord): Promise<void> {
    if ((await this.#parts.journal.state(id)) !== 'open') throw new WetreadError('case-closed');
  }

  async #key(id: CaseId): Promise<AnswerKey | undefined> {
    const { journal } = this.#parts;
    const read: [StoredKey | undefined, StoredReading | undefined] = await Promise.all([
      journal.key(id),
      journal.reading(id),
    ]);
    return answerKeyOf(...read);
  }

  async #writeKey(
    record: CaseRecord,
    { author }: Person,
    { key, origin }: Pick<StoredKey, 'key' | 'origin'>,
  ): Promise<void> {
    const { journal, now } = this.#parts;
    await journal.see(record.id, author);
    await journal.writeKey(record, { key, origin, by: author, at: now() });
    const act = origin === 'confirmed' ? 'confirmed' : 'corrected';
    auditCase(this.#parts, record, act, author);
  }

  async #drawKey(record: CaseRecord, key: AnswerKey): Promise<Picture | undefined> {
    const { journal, annotator, model } = this.#parts;
    const film = await journal.film(record);
    if (film === undefined) return undefined;
    const sheet = {
      key: key.against === 'key' ? ('person' as const) : ('model' as const),
      boxes: numberedKey(key.key, record.film, key.geometry),
      marks: [],
      legend: [],
    };
    return annotator.teachingSheet(film, sheet, { model: model.name, demo: model.demo });
  }
}

/** The turn of this try has ended, and the case is not revealed. */
const isOver = async (claims: Claims, record: CaseRecord, tries: number): Promise<boolean> => {
  if (tries === 0) return false;
  const turn = turnIdOf(revealMessage(record, tries));
  const state = await claims.state(`turn:${turn}`);
  return state === 'answered' || state === 'delivered';
};

const byModel = (demo: boolean): string =>
  demo
    ? 'By the reading of a demonstration model, which is not to be believed'
    : "By the model's reading, which nobody has confirmed";
