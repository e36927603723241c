import type { OpenStores } from '../../src/state/open-stores.ts';

/** Stores for a contract suite, empty when opened, and the clock that they go by. */
export type OpenedStores = {
  readonly stores: OpenStores;
  /** Returns when the stores' clock is at least so much later: a handed clock is put forward, a real one waited for. */
  readonly passTime: (ms: number) => Promise<void>;
};
