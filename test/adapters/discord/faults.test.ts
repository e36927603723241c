import { describe, expect, test } from 'vitest';
import type { Fault } from '../../support/faults.ts';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

/** Every call that a reply with words and a picture goes through, and the host of attachments. */
const CALLS = [
  'GET /channels/:channel',
  'download',
  'POST /channels/:channel/messages/:message/threads',
  'POST /channels/:channel/typing',
  'POST /channels/:channel/messages',
  'PATCH /channels/:channel/messages/:message',
] as const;

const FAULTS = {
  'is told to wait': { kind: 'rate-limited', retryAfterS: 0.5 },
  'meets a broken server': { kind: 'status', status: 503 },
  'gets no answer, and nothing was done': { kind: 'cut', done: false },
  'gets no answer, though it was done': { kind: 'cut', done: true },
} as const satisfies Record<string, Fault>;

/** Words come slowly enough to be drawn, and pauses of seconds are over sooner. */
const PACE_MS = 100;
const CLOCK_RATE = 8;

const ask = (stage: Stage): string => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const by = discord.user('resident');
  const text = `${discord.mention} Where is the heart?`;
  return discord.post({ by, channel, text, films: [film('one')] });
};

const cases = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).flatMap((what) =>
  CALLS.map((call) => ({ call, what })),
);

describe('a reply', { timeout: 60_000 }, () => {
  test.concurrent.for(cases)(
    'whose call $call $what is there once, whole',
    async ({ call, what }, { onTestFinished }) => {
      const stage = await openStage({ clockRate: CLOCK_RATE }, onTestFinished);
      const { discord } = stage;
      stage.paceMs = PACE_MS;
      discord.fault(call, FAULTS[what]);
      const message = ask(stage);
      const thread = await stage.caseOf(message);
      await stage.quiet();
      expect(discord.replies(thread)).toEqual([
        expect.objectContaining({ words: SENTENCES.place, pictures: [expect.anything()] }),
      ]);
      expect(discord.replies(discord.channel('teaching'))).toEqual([]);
      expect(discord.faultsLeft(call)).toBe(0);
    },
  );

  test('that Discord limits again and again is there once, whole, and in order with the next one', async () => {
    const stage = await openStage({ clockRate: CLOCK_RATE });
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    const limited = { kind: 'rate-limited', retryAfterS: 0.1 } as const;
    discord.fault('POST /channels/:channel/messages', limited, 4);
    discord.fault('PATCH /channels/:channel/messages/:message', limited, 4);
    const by = discord.user('student');
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    discord.post({ by, channel: thread, text: 'How is the heart?' });
    await stage.answered(thread, 3);
    expect(stage.says(thread)).toEqual([SENTENCES.place, SENTENCES.lungs, SENTENCES.heart]);
  });
});

describe('the answer to a command', { timeout: 60_000 }, () => {
  test.each([
    'is told to wait',
    'gets no answer, and nothing was done',
    'gets no answer, though it was done',
  ] as const)('that %s is there once, whole', async (what) => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    discord.fault('POST /interactions/:interaction/:token/callback', FAULTS[what]);
    discord.command(discord.user('student'), thread, 'read', { question: 'How are the lungs?' });
    await stage.answered(thread, 2);
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.place, SENTENCES.lungs]);
  });
});
