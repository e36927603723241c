import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { WetreadError } from '../errors.ts';

/** How a key may come. A browser asks its user for one, and then sends it as the password of Basic (RFC 7617). */
const BEARER = /^bearer +(\S+) *$/i;
const BASIC = /^basic +([a-z0-9+/]+=*) *$/i;

/** The keys of a server that asks for one. */
export class Keys {
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(digestOf);
  }

  /**
   * Names the key that a request shows, by its hash: who asks. Fails with `key-missing` or `key-wrong`.
   *
   * All keys are compared, whole, as hashes of one length, so that the time taken tells nothing of any of them.
   */
  check(request: FastifyRequest): string {
    const shown = keyIn(request.headers.authorization ?? '');
    if (shown === undefined) throw new WetreadError('key-missing');
    const digest = digestOf(shown);
    const matches = this.#digests.map((known) => timingSafeEqual(known, digest));
    if (!matches.includes(true)) throw new WetreadError('key-wrong');
    return digest.toString('base64url');
  }
}

const keyIn = (authorization: string): string | undefined => {
  const bearer = BEARER.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = BASIC.exec(authorization)?.[1];
  if (basic === undefined) return undefined;
  const [, ...password] = Buffer.from(basic, 'base64').toString('utf8').split(':');
  return password.join(':');
};

const digestOf = (key: string): Buffer => createHash('sha256').update(key).digest();
