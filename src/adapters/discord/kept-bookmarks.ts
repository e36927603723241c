import type { Records } from '../../core/records.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Bookmarks } from './bookmarks.ts';

const NAMESPACE = 'bookmarks';
const PREFIX = 'discord ';

export type KeptBookmarksOptions = {
  /** Fails while the store is not open. */
  readonly records: () => Records;
  /** A conversation that is forgotten by then needs no bookmark. */
  readonly keptMs: number;
  readonly logger: Logger;
};

/** Bookmarks in the store: one small record a channel. */
export const createBookmarks = ({ records, keptMs, logger }: KeptBookmarksOptions): Bookmarks => {
  const writing = new Map<string, Promise<void>>();
  return {
    mark: ({ id }, message) => {
      const before = writing.get(id) ?? Promise.resolve();
      const done = before
        .then(() => records().set(NAMESPACE, `${PREFIX}${id}`, message, keptMs))
        .catch((error: unknown) => {
          const code = error instanceof WetreadError ? error.code : undefined;
          logger.warn({ code }, 'a bookmark was not kept');
        })
        .finally(() => {
          if (writing.get(id) === done) writing.delete(id);
        });
      writing.set(id, done);
    },
    all: async function* () {
      for await (const key of records().keys(NAMESPACE)) {
        if (!key.startsWith(PREFIX)) continue;
        const message = await records()
          .get(NAMESPACE, key)
          .catch(() => undefined);
        if (typeof message === 'string') yield { channel: key.slice(PREFIX.length), message };
      }
    },
  };
};
