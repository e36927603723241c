import type { FastifyReply, FastifyRequest } from 'fastify';
import { WetreadError } from '../../errors.ts';

/** Of all bodies that are being read or answered: some twenty of the largest, thousands of usual ones. */
const ROOM_BYTES = 2 ** 30;

/**
 * Refuses a body for which there is no room beside those that are in memory, before its first byte is read, so that
 * many large ones at once are a `queue-full` and not the end of the process. One that does not say how long it is counts
 * as `limit`.
 */
export const createBodyRoom = (limit: number, room = ROOM_BYTES) => {
  let taken = 0;
  return async ({ headers }: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const said = Number(headers['content-length'] ?? limit);
    const bytes = Math.min(Number.isNaN(said) ? limit : said, limit);
    if (taken + bytes > room) throw new WetreadError('queue-full');
    taken += bytes;
    reply.raw.once('close', () => {
      taken -= bytes;
    });
  };
};
