import type { Records } from '../../core/records.ts';
import type { Removals } from './removals.ts';

const NAMESPACE = 'bookmarks';
const PREFIX = 'discord-removed ';
/** Discord tells of a removal within seconds; a connection that broke is told of it when it is resumed. */
const KEPT_MS = 3_600_000;

/** Removals in the store: one small record a post. `records` fails while the store is not open. */
export const createRemovals = (records: () => Records): Removals => ({
  add: async (message) => records().set(NAMESPACE, `${PREFIX}${message}`, true, KEPT_MS),
  drop: async (message) => records().delete(NAMESPACE, `${PREFIX}${message}`),
  has: async (message) => (await records().get(NAMESPACE, `${PREFIX}${message}`)) === true,
});
