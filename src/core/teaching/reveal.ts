import { WetreadError } from '../../errors.ts';
import { ownReply } from '../conversation/own-reply.ts';
import { persist } from '../conversation/persist.ts';
import { unlessAborted } from '../conversation/unless-aborted.ts';
import { noticeOf } from '../read/notices.ts';
import type { Notice, Picture, ReplyEvent } from '../reply.ts';
import type { CaseId } from '../teaching-case.ts';
import { auditCase } from './audit-case.ts';
import { MOST_REVEALS } from './case-limits.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord, StoredReading } from './case-record.ts';
import { letterOf, revealOf, type Reveal, type Revealed } from './reveal-text.ts';

/** Reveals a case that is closed: the reply of the turn that says so. A failure has it due once more. */
export async function* revealEvents(
  parts: CaseParts,
  id: CaseId,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  const { journal, logger } = parts;
  const [record, state] = await persist(
    () => Promise.all([journal.find(id), journal.state(id)]),
    signal,
    logger,
  );
  if (record === undefined || state === undefined || state === 'forgotten')
    throw new WetreadError('case-unknown');
  // Only who may has it closed; a turn alone reveals nothing.
  if (state === 'open') throw new WetreadError('case-unknown');
  try {
    yield* tell(parts, record, signal);
  } catch (error) {
    // A turn that is stopped, or left to the next process, is no failure: that one is answered again.
    if (!signal.aborted) await again(parts, record);
    throw error;
  }
}

async function* tell(
  parts: CaseParts,
  record: CaseRecord,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  const { model, lexicon, logger } = parts;
  const gathered = persist(() => gather(parts, record), signal, logger);
  const { stored, reading, answers } = await unlessAborted(gathered, signal);
  const reveal = revealOf({ film: record.film, stored, reading, answers, lexicon });
  const showsModel = reading?.outcome === 'read' && stored?.origin !== 'confirmed';
  if (model.demo && (showsModel || stored?.origin === 'confirmed'))
    yield { type: 'notice', ...noticeOf('demo-model') };
  const text = `${reveal.text}\n\nThe case is closed; ask about its film here as usual.`;
  yield { type: 'text-delta', text };
  yield { type: 'status', phase: 'drawing' };
  const annotated = await drawn(parts, record, reveal);
  if (annotated !== null) yield { type: 'image', ...annotated };
  for (const notice of noticesOf(record, reading, reveal)) yield { type: 'notice', ...notice };
  await persist(() => close(parts, record), signal, logger);
  yield { type: 'end', reply: { ...ownReply('', text), boxes: reveal.boxes, annotated } };
}

/** Everything that the reveal is made of. */
const gather = async (parts: CaseParts, record: CaseRecord) => {
  const stored = await parts.journal.key(record.id);
  const reading = await readingOf(parts, record, stored !== undefined);
  return { stored, reading, answers: await answersOf(parts, record) };
};

/** With a person's key the model's reading is only told beside it, and not waited for. */
const readingOf = (
  { journal, readings }: CaseParts,
  record: CaseRecord,
  hasKey: boolean,
): Promise<StoredReading | undefined> =>
  hasKey ? journal.reading(record.id) : readings.find(record);

const answersOf = async (
  { journal }: CaseParts,
  { id }: CaseRecord,
): Promise<readonly Revealed[]> => {
  const authors = await journal.learners.answered(id);
  const answers = await Promise.all(
    authors.map(async (author, at) => {
      const [answer, name] = await Promise.all([
        journal.learners.answer(id, author),
        journal.learners.name(id, author),
      ]);
      return answer === undefined ? [] : [{ ...answer, letter: letterOf(at), name }];
    }),
  );
  return answers.flat();
};

/** The words do not fail with the picture. */
const drawn = async (
  { journal, annotator, model, logger, id }: CaseParts,
  record: CaseRecord,
  { sheet }: Reveal,
): Promise<Picture | null> => {
  try {
    const film = await journal.film(record);
    if (film === undefined) return null;
    return await annotator.teachingSheet(film, sheet, { model: model.name, demo: model.demo });
  } catch (error) {
    logger.error({ id: id(), error }, 'the reveal of a teaching case could not be drawn');
    return null;
  }
};

const noticesOf = (
  { notices }: CaseRecord,
  reading: StoredReading | undefined,
  { sheet }: Reveal,
): readonly Notice[] => [
  ...(sheet.key === 'model' && reading?.outcome === 'read'
    ? reading.notices.filter(({ code }) => code !== 'demo-model')
    : [noticeOf('sides-assume-orientation')]),
  ...(reading?.outcome === 'read' && reading.geometry.measured
    ? []
    : [noticeOf('case-unmeasured')]),
  ...notices,
];

/** Its film may be read again, and its time begins. */
const close = async (parts: CaseParts, record: CaseRecord): Promise<void> => {
  const { journal } = parts;
  const state = await journal.state(record.id);
  if (state === undefined || state === 'forgotten' || state === 'open')
    throw new WetreadError('case-unknown');
  const isFirst = state !== 'revealed' && (await journal.advance(record, state, 'revealed'));
  // Also when it is revealed already: the process may have died before it came to this.
  await journal.leaveLines(record);
  await journal.renew(record);
  if (isFirst) auditCase(parts, record, 'revealed', undefined);
};

/** A reveal that failed is due once more, as a message of its own; a few times. */
const again = async ({ journal, wake }: CaseParts, record: CaseRecord): Promise<void> => {
  const state = await journal.state(record.id);
  const tries = triesOf(state);
  if (tries === undefined || tries >= MOST_REVEALS) return;
  await journal.advance(record, `revealing:${tries}`, `revealing:${tries + 1}`);
  wake();
};

/** undefined: it is not being revealed. */
export const triesOf = (state: string | undefined): number | undefined => {
  const found = /^revealing:(\d+)$/.exec(state ?? '');
  return found === null ? undefined : Number(found[1]);
};
