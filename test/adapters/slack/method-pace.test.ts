import { expect, test } from 'vitest';
import { MethodPace, paceKey } from '../../../src/adapters/slack/method-pace.ts';

test('calls that can be left out leave a share of the minute to those that cannot', () => {
  let now = 0;
  const pace = new MethodPace(() => now);
  let made = 0;
  while (pace.hasSpare('chat.startStream')) {
    pace.count('chat.startStream');
    made += 1;
  }
  expect(made).toBe(14);
  now += 3_000;
  expect(pace.hasSpare('chat.startStream')).toBe(true);
});

test('a method that Slack limits is not called again before its time, and no other one waits for it', () => {
  let now = 0;
  const pace = new MethodPace(() => now);
  pace.limit('chat.update', 5_000);
  expect(pace.waitMs('chat.update')).toBe(5_000);
  expect(pace.hasSpare('chat.update')).toBe(false);
  expect(pace.waitMs('chat.postMessage')).toBe(0);
  now += 5_000;
  expect(pace.hasSpare('chat.update')).toBe(true);
});

test('those who wait for a limited method call it one after the other', () => {
  const pace = new MethodPace(() => 0);
  const key = paceKey('chat.postMessage', { channel: 'C1' });
  pace.limit(key, 5_000);
  expect([1, 2, 3].map(() => pace.takeTurn(key))).toEqual([5_000, 6_000, 7_000]);
});

test('a channel that is limited holds up no other channel', () => {
  const pace = new MethodPace(() => 0);
  pace.limit(paceKey('chat.postMessage', { channel: 'C1' }), 5_000);
  expect(pace.waitMs(paceKey('chat.postMessage', { channel: 'C2' }))).toBe(0);
});
