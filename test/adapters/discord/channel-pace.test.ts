import { describe, expect, test } from 'vitest';
import { ChannelPace } from '../../../src/adapters/discord/channel-pace.ts';

const URL = 'https://discord.com/api/v10/channels/1234/messages';

const headers = (remaining: number, resetAfterS: number): Headers =>
  new Headers({
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset-after': String(resetAfterS),
  });

describe('what may be left out in a channel', () => {
  test('is done while nothing is known, or enough is left', () => {
    const pace = new ChannelPace(() => 0);
    expect(pace.hasSpare('1234')).toBe(true);
    pace.heard(URL, headers(3, 5));
    expect(pace.hasSpare('1234')).toBe(true);
  });

  test('is left out when the rest is needed for ends of replies, until the bucket is full again', () => {
    let now = 0;
    const pace = new ChannelPace(() => now);
    pace.heard(`${URL}/5678`, headers(2, 5));
    expect(pace.hasSpare('1234')).toBe(false);
    expect(pace.hasSpare('9999')).toBe(true);
    now = 5_000;
    expect(pace.hasSpare('1234')).toBe(true);
  });

  test('is not decided by answers of other calls, or without headers', () => {
    const pace = new ChannelPace(() => 0);
    pace.heard('https://discord.com/api/v10/channels/1234/typing', headers(0, 5));
    pace.heard(URL, new Headers());
    expect(pace.hasSpare('1234')).toBe(true);
  });
});
