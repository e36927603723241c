import type { Stores } from '../core/blobs.ts';

/** The stores of one installation with what keeps them small, private and closed in order. */
export type OpenStores = Stores & {
  /** Deletes what is past its time. Cheap where the store does so itself. */
  sweep(): Promise<void>;
  /**
   * Sweeps, then sees to it that no byte of what was deleted, replaced or has expired is left in the store's files. The
   * other operations wait meanwhile. Calls made while one runs share the next one.
   */
  compact(): Promise<void>;
  /** Waits for what is under way. Afterwards every operation fails with `store-failed`. */
  close(): Promise<void>;
};
