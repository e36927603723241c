import { createHash } from 'node:crypto';

/**
 * LMDB takes keys of at most 1,978 bytes (`maxKeySize` of npm lmdb at its page size of 4,096). A key here may have a
 * prefix and a sequence number beside this.
 */
const LONGEST_IN_CLEAR = 400;

/** Before the hash of a key that cannot stand in the clear; no key in the clear begins with it. */
const HASHED = '~';

/** A key as it stands in the store: itself where it is short and plain, else a hash of it. */
export const storedKey = (key: string): string =>
  isPlain(key)
    ? key
    : HASHED + createHash('sha256').update(Buffer.from(key, 'utf16le')).digest('hex');

export const isHashed = (stored: string): boolean => stored.startsWith(HASHED);

/** Printable ASCII: its order, its bytes and its characters are the same in every encoding. */
const isPlain = (key: string): boolean =>
  key.length > 0 &&
  key.length <= LONGEST_IN_CLEAR &&
  /^[\x20-\x7e]*$/.test(key) &&
  !key.startsWith(HASHED);
