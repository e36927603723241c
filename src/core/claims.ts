/**
 * What `state` says where there is one that cannot be read back: not undefined, as what was done once must not be taken
 * for new. It is advanced from like any other.
 */
export const DAMAGED_STATE = 'damaged';

/**
 * What must be atomic between processes: who holds a thing, where it stands, who is next. Each call is one transaction
 * and resolves once its outcome outlives this process. Implemented in `src/state/`: LMDB transactions; Redis SET NX PX
 * and scripts; memory.
 */
export interface Claims {
  /** Takes `key` for `owner` for a time. False: somebody else holds it. True again for the holder itself, with the new time. */
  claim(key: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Extends what `owner` holds. False: it has run out, or is somebody else's. */
  renew(key: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Gives it back; nothing happens when it is not `owner`'s. */
  release(key: string, owner: string): Promise<void>;
  /** Who holds it now. */
  holder(key: string): Promise<string | undefined>;

  /**
   * Sets the state of `key` to `to` if it is `from` (undefined: if it has none). False: it was another; nothing has
   * changed. A state is kept for `ttlMs` from its last change.
   */
  advance(key: string, from: string | undefined, to: string, ttlMs: number): Promise<boolean>;
  state(key: string): Promise<string | undefined>;

  /** Puts `member` at the end of a line, once: a member that stands in it keeps its place. Resolves to its place; 1 is first. */
  join(line: string, member: string): Promise<number>;
  leave(line: string, member: string): Promise<void>;
  /** Everybody in the line, first to last. An empty line does not exist. */
  line(line: string): Promise<readonly string[]>;
}
