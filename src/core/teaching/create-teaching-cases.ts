import type { ThreadCases } from '../conversation/thread-cases.ts';
import { createLexicon } from '../profile/lexicon.ts';
import type { ModelAlone, Reading } from '../reading.ts';
import type { TeachingCases } from '../teaching-case.ts';
import { CaseJournal } from './case-journal.ts';
import type { CaseOptions } from './case-options.ts';
import { CasesInThreads } from './cases-in-threads.ts';
import { DueReveals } from './due-reveals.ts';
import { createGuardedAlone, createGuardedReading } from './guarded-reading.ts';
import { HiddenReadings } from './hidden-readings.ts';
import { TeachingDesk } from './teaching-desk.ts';

/** Teaching cases with what runs and looks after them. */
export type Teaching = {
  readonly cases: TeachingCases;
  /** For the conversation, which asks them before it reads. */
  readonly threads: ThreadCases;
  /** For ways in without a conversation: the film of an open case is read for nobody there. */
  readonly reading: Reading;
  readonly modelAlone: ModelAlone;
  /** Goes on with the readings that an earlier process left. */
  start(): Promise<void>;
  /** Drops what cases have left that are past their time. */
  sweep(): Promise<void>;
  /** Leaves readings that run to the next start. */
  close(): Promise<void>;
};

export const createTeachingCases = (
  options: CaseOptions & { readonly modelAlone: ModelAlone },
): Teaching => {
  const { stores, limits, logger, now, reading, id } = options;
  const lexicon = createLexicon(options.profile);
  const journal = new CaseJournal({ stores, limits, logger, now });
  const { readAgainMs } = limits;
  const readings = new HiddenReadings({ ...options, journal, lexicon, readAgainMs });
  const due = new DueReveals({ ...options, journal, readings, lexicon });
  const parts = { ...options, journal, readings, lexicon, wake: () => due.wake() };
  return {
    cases: new TeachingDesk(parts, due),
    threads: new CasesInThreads(parts),
    reading: createGuardedReading({ journal, reading, id }),
    modelAlone: createGuardedAlone(journal, options.modelAlone),
    start: async () => {
      for (const one of await journal.openIds()) {
        const record = await journal.find(one);
        if (record !== undefined) readings.begin(record);
      }
    },
    sweep: async () => {
      for (const one of await journal.allIds())
        if ((await journal.find(one)) === undefined) await journal.dropRest(one);
    },
    close: () => readings.close(),
  };
};
