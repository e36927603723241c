import { toWetreadError, WetreadError } from '../../errors.ts';
import type { ModelAlone, Reading } from '../reading.ts';
import type { ReplyEvent } from '../reply.ts';
import { filmLine, type CaseJournal } from './case-journal.ts';

export type GuardedReadingOptions = {
  readonly journal: CaseJournal;
  readonly reading: Reading;
  /** A fresh id, by which a failure is found in the log. */
  readonly id: () => string;
};

/** A reading for ways in that know no moderators: the film of an open case is read for nobody there. */
export const createGuardedReading = ({ journal, reading, id }: GuardedReadingOptions): Reading => ({
  async *read(request, signal) {
    try {
      await refuseOpen(journal, request.film.sha256);
    } catch (error) {
      yield failureOf(error, id());
      return;
    }
    yield* reading.read(request, signal);
  },
});

/** As `createGuardedReading`, of the model alone. */
export const createGuardedAlone = (journal: CaseJournal, alone: ModelAlone): ModelAlone => ({
  async *ask(request, signal) {
    if (request.film !== undefined) await refuseOpen(journal, request.film.sha256);
    yield* alone.ask(request, signal);
  },
});

const refuseOpen = async (journal: CaseJournal, sha256: string): Promise<void> => {
  if ((await journal.openWith(filmLine(sha256))) !== undefined)
    throw new WetreadError('film-in-case');
};

const failureOf = (error: unknown, number: string): ReplyEvent => {
  const { code, message, retryable } = toWetreadError(error, number);
  return { type: 'error', code, message, retryable };
};
