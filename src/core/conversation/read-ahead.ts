import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Film } from '../film.ts';
import type { Profile } from '../profile/profile.ts';
import { messagesOf } from '../read/fit-history.ts';
import { askerOf } from './asker.ts';
import type { JournalledMessage } from './turn-record.ts';

export type ReadingAheadOptions = {
  readonly model: Pick<Model, 'stream'>;
  readonly profile: Profile;
  readonly logger: Logger;
};

/** Has the model read a film while its question waits, behind every question that does not. Never fails. */
export const readAhead = async (
  { model, profile, logger }: ReadingAheadOptions,
  film: Film,
  message: JournalledMessage,
  signal: AbortSignal,
): Promise<void> => {
  const request = {
    messages: messagesOf(film, [], profile.tasks.report),
    maxTokens: 0,
    sampling: { temperature: 0, topP: 1, seed: undefined },
    stop: [],
    asker: askerOf(message),
    background: true,
  };
  try {
    for await (const event of model.stream(request, signal)) void event;
  } catch (error) {
    // Nothing is lost: the question reads the film itself.
    if (!signal.aborted) logger.debug({ error }, 'reading ahead ended early');
  }
};
