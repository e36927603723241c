import type { FeedbackRecord } from './conversation/feedback-record.ts';
import type { Box } from './film.ts';
import type { Pseudonym } from './pseudonym.ts';
import type { Records } from './records.ts';

/** One judgement as it leaves the store: no words, no ids of a platform, no names. */
export type FeedbackRow = {
  /** When it was given: ISO 8601, UTC. */
  readonly at: string;
  readonly kind: FeedbackRecord['feedback']['kind'];
  /** Pseudonyms: rows of one reply or one person can be told together, and nobody can be told from them. */
  readonly turn: string;
  readonly author: string;
  readonly platform: string;
  readonly model: string;
  readonly version: string;
  /** sha256 of the film's pixels. */
  readonly film: string | null;
  /** Number of the box in the reply; null: the judgement is of the whole reply. */
  readonly number: number | null;
  /** Where that box was drawn and where it should be, in 0..1 of the film. */
  readonly box: Box | null;
  readonly corrected: Box | null;
};

export type FeedbackExportOptions = {
  readonly records: Pick<Records, 'keys' | 'get'>;
  readonly pseudonym: Pseudonym;
  /** Told of a record that cannot be read; the others are exported. */
  readonly onDamaged: (error: unknown) => void;
};

/** Every judgement that is kept, in no order. */
export async function* exportFeedback(options: FeedbackExportOptions): AsyncGenerator<FeedbackRow> {
  const { records, pseudonym, onDamaged } = options;
  for await (const key of records.keys('feedback')) {
    // undefined: forgotten, or past its time, since the key was listed.
    const record = await records.get('feedback', key).catch((error: unknown) => {
      onDamaged(error);
    });
    if (record !== undefined) yield toRow(record as unknown as FeedbackRecord, pseudonym);
  }
}

const toRow = (record: FeedbackRecord, pseudonym: Pseudonym): FeedbackRow => {
  const { turn, platform, author, feedback, box, film, model, version, at } = record;
  return {
    at: new Date(at).toISOString(),
    kind: feedback.kind,
    turn: pseudonym(platform, 'turn', turn),
    author: pseudonym(platform, 'author', author),
    platform,
    model,
    version,
    film: film ?? null,
    number: feedback.box ?? null,
    box: box ?? null,
    corrected: (feedback.kind === 'wrong-place' ? feedback.corrected : undefined) ?? null,
  };
};
