import type { Claims } from './claims.ts';
import type { Records } from './records.ts';

/**
 * Films and pictures, too large for records: bytes under a name, kept once however many threads hold them. A film's
 * name is the sha256 of its pixels; a picture's is its turn's id; a teaching case has its film to itself, under its id. Implemented in `src/state/`: files written under a
 * temporary name and renamed; Redis; memory.
 */
export type Shelf = 'films' | 'pictures' | 'cases';

export interface Blobs {
  /** Writes it, or begins its time anew. Fails with `disk-full` or `store-failed`; then nothing half-written is left. */
  put(shelf: Shelf, name: string, bytes: Uint8Array, ttlMs: number): Promise<void>;
  /** undefined: never written, deleted, or past its time. */
  get(shelf: Shelf, name: string): Promise<Uint8Array | undefined>;
  delete(shelf: Shelf, name: string): Promise<void>;
  /** Deletes what is past its time, and what a dead process left half-written. */
  sweep(): Promise<void>;
}

/** Every store of one installation. */
export type Stores = {
  readonly records: Records;
  readonly claims: Claims;
  readonly blobs: Blobs;
};
