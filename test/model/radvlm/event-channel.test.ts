import { expect, test } from 'vitest';
import { EventChannel } from '../../../src/model/radvlm/event-channel.ts';

const collect = async (channel: EventChannel<number>): Promise<number[]> => {
  const values: number[] = [];
  for await (const value of channel) values.push(value);
  return values;
};

test('gives what was pushed before and while it is listened to, then ends', async () => {
  const channel = new EventChannel<number>();
  channel.push(1);
  const collected = collect(channel);
  await new Promise(setImmediate);
  channel.push(2);
  channel.push(3);
  channel.finish();
  channel.push(4);
  expect(await collected).toEqual([1, 2, 3]);
});

test('a failure is thrown at once and drops what was still to come', async () => {
  const channel = new EventChannel<number>();
  channel.push(1);
  channel.push(2);
  channel.finish();
  const iterator = channel[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toBe(1);
  channel.fail(new Error('stopped'));
  await expect(iterator.next()).rejects.toThrow('stopped');
});

test('wakes a waiting listener when it fails', async () => {
  const channel = new EventChannel<number>();
  const collected = collect(channel);
  await new Promise(setImmediate);
  channel.fail(new Error('stopped'));
  await expect(collected).rejects.toThrow('stopped');
});
