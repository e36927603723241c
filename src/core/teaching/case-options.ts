import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Access } from '../access.ts';
import type { Audit } from '../audit.ts';
import type { Stores } from '../blobs.ts';
import type { Annotator } from '../drawing/annotator.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import type { Profile } from '../profile/profile.ts';
import type { Reading } from '../reading.ts';
import type { CaseJournal } from './case-journal.ts';
import type { CaseLimits } from './case-limits.ts';
import type { HiddenReadings } from './hidden-readings.ts';

/** What teaching cases are made of; everything they depend on is handed to them. */
export type CaseOptions = {
  readonly stores: Stores;
  readonly reading: Reading;
  readonly annotator: Annotator;
  readonly model: Pick<Model, 'name' | 'demo' | 'forget'>;
  readonly profile: Profile;
  readonly access: Access;
  readonly audit: Audit;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh id, by which a failure is found in the log. */
  readonly id: () => string;
  readonly limits: CaseLimits;
};

/** What the parts of the teaching cases share. */
export type CaseParts = CaseOptions & {
  readonly journal: CaseJournal;
  readonly readings: HiddenReadings;
  readonly lexicon: Lexicon;
  /** Looks for reveals that are due now. */
  readonly wake: () => void;
};
