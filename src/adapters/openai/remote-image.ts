import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Agent, request } from 'undici';
import { MOST_FILE_BYTES } from '../../core/intake/decode-picture.ts';
import { WetreadError } from '../../errors.ts';

/** From the question to the image's last byte. */
const FETCH_MS = 20_000;
/** A longer address is none of a picture. */
const ADDRESS_LIMIT = 2_048;

/** How images are fetched from addresses. */
export interface RemoteImages {
  /** The image's bytes. Fails with `image-address`, `image-unavailable` or `file-too-large`. */
  fetch(address: string, param: string, signal: AbortSignal): Promise<Uint8Array>;
  close(): Promise<void>;
}

export type RemoteImagesOptions = {
  /** Host names that images are fetched from; none: from nowhere. */
  readonly hosts: readonly string[];
  /** Finds a name's addresses; the system's own unless a test has another. */
  readonly lookup?: LookupFunction;
  /** Whether an address may be connected to; those of the public internet unless a test has others. */
  readonly allows?: (address: string) => boolean;
};

/**
 * Fetches images for a client, from listed hosts alone, so that nobody can make this machine ask others for anything. A
 * listed name still may not lead to a private address: that is looked at when the connection is made, with the addresses
 * that are then connected to, so that a name can't change its mind in between. Redirects are not followed.
 */
export const createRemoteImages = ({
  hosts,
  lookup = systemLookup,
  allows = isPublic,
}: RemoteImagesOptions): RemoteImages => {
  const listed = new Set(hosts.map((host) => host.toLowerCase()));
  const agent = new Agent({ connect: { lookup: only(allows, lookup) } });
  return {
    async fetch(address, param, signal) {
      const url = urlOf(address);
      if (url === undefined || !listed.has(url.hostname))
        throw new WetreadError('image-address', { param });
      const until = AbortSignal.any([signal, AbortSignal.timeout(FETCH_MS)]);
      try {
        const { statusCode, body } = await request(url, { dispatcher: agent, signal: until });
        // A body that is left unread tells so by an event, which nobody else may hear.
        body.on('error', () => undefined);
        if (statusCode !== 200) {
          body.destroy();
          throw new WetreadError('image-unavailable', { param });
        }
        return await collect(body);
      } catch (cause) {
        signal.throwIfAborted();
        if (cause instanceof WetreadError) throw cause;
        throw new WetreadError('image-unavailable', { param }, { cause });
      }
    },
    close: () => agent.destroy(),
  };
};

/** undefined: not http, with a user's name in it, or a host in figures, of which no list needs one. */
const urlOf = (address: string): URL | undefined => {
  if (address.length > ADDRESS_LIMIT || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  const isNamed = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0;
  return isWeb && isNamed && url.username === '' && url.password === '' ? url : undefined;
};

const collect = async (body: AsyncIterable<unknown>): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (length > MOST_FILE_BYTES)
      throw new WetreadError('file-too-large', { limit: MOST_FILE_BYTES });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

const systemLookup: LookupFunction = (hostname, options, done) => {
  lookUp(hostname, options, done);
};

/** Fails where any address of the name is not allowed, before a connection is made. */
const only =
  (allows: (address: string) => boolean, lookup: LookupFunction): LookupFunction =>
  (hostname, options, done) =>
    lookup(hostname, options, (error, address, family) => {
      const found: readonly LookupAddress[] =
        typeof address === 'string' ? [{ address, family: family ?? 0 }] : address;
      if (error === null && !found.every((one) => allows(one.address)))
        done(new Error('not an address of the public internet'), []);
      else done(error, address, family);
    });

/** `unicast` is what is left when every special range is taken away; an IPv4 address in IPv6 is judged as itself. */
const isPublic = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
