import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Journal } from './journal.ts';
import type { ConversationLimits } from './limits.ts';

export type ExpiryOptions = {
  readonly model: Pick<Model, 'forget'>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly limits: ConversationLimits;
};

/**
 * Looks through the threads for what is past its time: the stores hide that by themselves, but who holds which film, and
 * which turns a thread has, are lines, which have no time of their own. Never fails.
 */
export const expireFilms = async (
  { model, logger, now, limits }: ExpiryOptions,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> => {
  try {
    for await (const threadKey of journal.threadKeys()) {
      if (signal.aborted) return;
      const stored = await journal.thread(threadKey);
      const films = stored?.thread.films ?? [];
      const kept = new Set(
        films.filter(({ expiresAt }) => expiresAt > now()).map(({ sha256 }) => sha256),
      );
      const old = new Set(films.map(({ sha256 }) => sha256).filter((name) => !kept.has(name)));
      for (const id of await journal.keptTurns(threadKey)) {
        const [record, progress] = await Promise.all([journal.message(id), journal.progress(id)]);
        if (record === undefined) await journal.dropKeptTurn(threadKey, id);
        else if ('receivedAt' in record && record.receivedAt + limits.retention.filmsMs < now())
          for (const name of progress.films) if (!kept.has(name)) old.add(name);
      }
      // Its record outlives its turns only so that this still finds what they held.
      if ((await journal.keptTurns(threadKey)).length === 0) await journal.dropThread(threadKey);
      for (const sha256 of old) {
        if (!(await journal.filmHolders(sha256)).includes(threadKey)) continue;
        if (await journal.dropFilm(threadKey, sha256)) await model.forget(sha256);
      }
    }
  } catch (error) {
    logger.warn({ error }, 'threads were not looked through');
  }
};
