import type { Logger } from '../../log.ts';
import type { Stores } from '../blobs.ts';
import type { Box, NumberedBox } from '../film.ts';
import type { Pseudonym } from '../pseudonym.ts';
import type { CaseAnswer, CaseView } from '../teaching-case.ts';
import { CaseJournal } from './case-journal.ts';
import { CASE_LIMITS } from './case-limits.ts';
import type { CaseRecord, StoredKey, StoredReading } from './case-record.ts';
import { cellName } from './cells.ts';
import { letterOf } from './reveal-text.ts';

/** A case for a teaching file: no names, no ids of a platform. Learners are letters, as at the reveal. */
export type ExportedCase = {
  /** A pseudonym: what its files may be called. */
  readonly name: string;
  /** PNG; undefined: it is not kept any more. */
  readonly film: Uint8Array | undefined;
  readonly facts: {
    /** ISO 8601, UTC. */
    readonly openedAt: string;
    readonly revealAt: string;
    readonly state: CaseView['state'];
    readonly kept: boolean;
    readonly film: { readonly sha256: string; readonly width: number; readonly height: number };
    /** null: nobody confirmed or wrote one. */
    readonly key: {
      readonly origin: StoredKey['origin'];
      readonly findings: readonly { readonly label: string; readonly boxes: readonly Box[] }[];
    } | null;
    /** null: the model has not read the film, or could not. */
    readonly model: {
      readonly text: string;
      readonly boxes: readonly Pick<NumberedBox, 'number' | 'label' | 'box'>[];
    } | null;
    readonly answers: readonly ExportedAnswer[];
  };
};

type ExportedAnswer = {
  readonly learner: string;
  readonly hints: number;
  readonly answer:
    | Exclude<CaseAnswer, { kind: 'cells' }>
    | { readonly kind: 'cells'; readonly cells: readonly string[] };
};

export type ExportCasesOptions = {
  readonly stores: Stores;
  readonly pseudonym: Pseudonym;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Every case that is kept, in the order in which they were opened. */
export async function* exportCases({
  stores,
  pseudonym,
  logger,
  now,
}: ExportCasesOptions): AsyncGenerator<ExportedCase> {
  const journal = new CaseJournal({ stores, limits: CASE_LIMITS, logger, now });
  for (const id of await journal.allIds()) {
    const [record, state] = await Promise.all([journal.find(id), journal.state(id)]);
    if (record === undefined || state === undefined || state === 'forgotten') continue;
    const [film, key, reading, kept, answers] = await Promise.all([
      journal.film(record),
      journal.key(id),
      journal.reading(id),
      journal.isKept(id),
      answersOf(journal, record),
    ]);
    const { sha256, width, height } = record.film;
    yield {
      name: pseudonym(record.platform, 'case', id),
      film: film?.png,
      facts: {
        openedAt: new Date(record.openedAt).toISOString(),
        revealAt: new Date(record.revealAt).toISOString(),
        state: state === 'open' || state === 'revealed' ? state : 'revealing',
        kept,
        film: { sha256, width, height },
        key: key === undefined ? null : { origin: key.origin, findings: key.key.findings },
        model: modelOf(reading),
        answers,
      },
    };
  }
}

const modelOf = (reading: StoredReading | undefined): ExportedCase['facts']['model'] =>
  reading?.outcome === 'read'
    ? {
        text: reading.text,
        boxes: reading.boxes.map(({ number, label, box }) => ({ number, label, box })),
      }
    : null;

const answersOf = async (
  journal: CaseJournal,
  { id }: CaseRecord,
): Promise<readonly ExportedAnswer[]> => {
  const authors = await journal.learners.answered(id);
  const all = await Promise.all(authors.map((author) => journal.learners.answer(id, author)));
  return all.flatMap((stored, at) =>
    stored === undefined
      ? []
      : [{ learner: letterOf(at), hints: stored.hints, answer: named(stored.answer) }],
  );
};

const named = (answer: CaseAnswer): ExportedAnswer['answer'] =>
  answer.kind === 'cells' ? { kind: 'cells', cells: answer.cells.map(cellName) } : answer;
