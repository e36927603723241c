import { isIP } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { WetreadError } from '../errors.ts';
import { Keys } from './http-keys.ts';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const READING_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The page runs only what this server serves: no inline script or style, no other origin, no frame around it.
 * `blob:` shows a film that the visitor has chosen before it is sent.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** What a request for this server's own pages has to pass, in order. */
export const ownPagesGuards = (
  listensOn: string,
  { names, keys = [] }: { readonly names: readonly string[]; readonly keys?: readonly string[] },
): readonly Guard[] => [
  refuseCrossSite,
  keys.length === 0 ? createHostGuard(listensOn, names) : createKeyGuard(new Keys(keys)),
];

/**
 * Refuses requests by a host name that is not ours: a site that points its own name at this machine (DNS rebinding)
 * would otherwise read as the same origin. An address in figures cannot be rebound, so a server that listens beyond
 * loopback answers to any of them.
 */
const createHostGuard = (listensOn: string, names: readonly string[]): Guard => {
  const beyondLoopback = !isLoopback(listensOn);
  const known = new Set([...LOOPBACK_NAMES, listensOn.toLowerCase(), ...names.map(lowerCased)]);
  return async (request) => {
    const name = nameOf(request.headers.host ?? '');
    const figures = name.replace(/^\[(.*)\]$/, '$1');
    if (known.has(name) || (beyondLoopback && isIP(figures) !== 0)) return;
    throw new WetreadError('host-refused');
  };
};

/** Refuses who shows no key of the server, for which a browser asks its user; the key is who asks. */
const createKeyGuard =
  (keys: Keys): Guard =>
  async (request, reply) => {
    reply.header('www-authenticate', CHALLENGE);
    request.asker = keys.check(request);
    reply.removeHeader('www-authenticate');
  };

const CHALLENGE = 'Basic realm="Wetread: any name, and a key as password", charset="UTF-8"';

/**
 * Refuses what another site's page makes a visitor's browser send (CSRF). Browsers tell where a request comes from;
 * a program that is no browser sends neither header and has nothing of the visitor's to misuse.
 */
const refuseCrossSite: Guard = async (request) => {
  if (READING_METHODS.has(request.method)) return;
  const { origin, host = '', 'sec-fetch-site': site } = request.headers;
  // "same-site" is another port of the same machine, which is another program.
  if (site !== undefined && site !== 'same-origin') throw new WetreadError('origin-refused');
  if (origin !== undefined && !isOriginOf(origin, host)) throw new WetreadError('origin-refused');
};

/** Loopback, as HOST is written: a name, or an address with or without brackets. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

const isOriginOf = (origin: string, host: string): boolean =>
  ['http:', 'https:'].some((scheme) => origin.toLowerCase() === `${scheme}//${host.toLowerCase()}`);

const nameOf = (host: string): string => lowerCased(host.replace(/:\d+$/, ''));

const lowerCased = (name: string): string => name.toLowerCase();
