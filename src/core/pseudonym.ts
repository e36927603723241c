import { createHmac } from 'node:crypto';

/**
 * What stands for an id where it must not be readable: the same id gives the same pseudonym, and only who holds the
 * key can tell which id it was. `field` keeps a channel and a person of one id apart.
 */
export type Pseudonym = (platform: string, field: string, id: string) => string;

/** 64 bits: a million ids meet by chance once in 40 million installations. */
const PSEUDONYM_HEX = 16;

/** HMAC-SHA256 (RFC 2104): a plain hash of an id could be found by trying ids. */
export const createPseudonym =
  (key: string): Pseudonym =>
  (platform, field, id) =>
    createHmac('sha256', key)
      .update(JSON.stringify([platform, field, id]))
      .digest('hex')
      .slice(0, PSEUDONYM_HEX);
