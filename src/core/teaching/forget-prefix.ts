import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { CaseJournal } from './case-journal.ts';
import type { CaseRecord } from './case-record.ts';

export type ForgetPrefixParts = {
  readonly journal: CaseJournal;
  readonly model: Pick<Model, 'forget'>;
  readonly logger: Logger;
};

/** What the model keeps of a forgotten case's film goes, where no thread holds the film any more. Never fails for the model. */
export const forgetPrefix = async (
  { journal, model, logger }: ForgetPrefixParts,
  { film: { sha256 } }: CaseRecord,
): Promise<void> => {
  if ((await journal.claims.line(`film:${sha256}`)).length > 0) return;
  try {
    await model.forget(sha256);
  } catch (error) {
    logger.error({ error }, 'the model did not forget the film of a teaching case');
  }
};
