import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { createBodyRoom } from '../../../src/adapters/openai/body-room.ts';

test('bodies that would not fit beside each other are refused until one has been answered', async () => {
  const enter = createBodyRoom(50, 100);
  const send = (length: string | undefined) => {
    const raw = new EventEmitter();
    const headers = length === undefined ? {} : { 'content-length': length };
    const request = { headers } as FastifyRequest;
    return { raw, entered: enter(request, { raw } as unknown as FastifyReply) };
  };
  const full = { code: 'queue-full' };
  const first = send('40');
  await first.entered;
  // It does not say how long it is.
  await send(undefined).entered;
  await expect(send('11').entered).rejects.toMatchObject(full);
  await send('10').entered;
  await expect(send('1').entered).rejects.toMatchObject(full);
  first.raw.emit('close');
  await send('40').entered;
  await expect(send('nonsense').entered).rejects.toMatchObject(full);
});
