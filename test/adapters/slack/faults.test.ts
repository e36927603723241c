import { describe, expect, test } from 'vitest';
import type { Fault } from '../../support/slack/faults.ts';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

/** Every method that a reply with words and a picture goes through, and the file host. */
const METHODS = [
  'users.info',
  'files.info',
  'download',
  'chat.startStream',
  'chat.appendStream',
  'chat.stopStream',
  'files.getUploadURLExternal',
  'upload',
  'files.completeUploadExternal',
  'assistant.threads.setStatus',
  'agents.sessions.setStatus',
] as const;
/** Where words are not streamed. */
const PLAIN_METHODS = ['chat.postMessage', 'chat.update'] as const;

const FAULTS = {
  'is told to wait': { kind: 'rate-limited', retryAfterS: 1 },
  'meets a broken server': { kind: 'status', status: 503 },
  'gets no answer, and nothing was done': { kind: 'cut', done: false },
  'gets no answer, though it was done': { kind: 'cut', done: true },
  'is refused by an error of Slack itself': { kind: 'error', error: 'internal_error' },
} as const satisfies Record<string, Fault>;

/** Words come slowly enough to be streamed, and deadlines of seconds are over sooner. */
const PACE_MS = 20;
const CLOCK_RATE = 8;

/** Words and a picture. */
const ask = (stage: Stage): { readonly channel: string; readonly thread: string } => {
  const { slack } = stage;
  const channel = slack.channel('chest');
  const thread = slack.post({
    by: slack.user('resident'),
    channel,
    text: `${slack.mention} Where is the heart?`,
    films: [film('one')],
  });
  return { channel, thread };
};

/** One reply, whole, in order: its words, then its picture, and nothing else. */
const expectOneReply = async (stage: Stage, channel: string, thread: string): Promise<void> => {
  await stage.pictured(channel, thread, 1);
  await stage.quiet();
  const replies = stage.slack.replies(channel, thread);
  expect(replies.map(({ pictures, words }) => pictures[0]?.altText ?? words)).toEqual([
    SENTENCES.place,
    'drawn',
  ]);
  expect(replies.some(({ streaming }) => streaming)).toBe(false);
};

const cases = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).flatMap((what) =>
  [...METHODS, ...PLAIN_METHODS]
    // The file host speaks in statuses alone.
    .filter((method) => FAULTS[what].kind !== 'error' || !/load$/.test(method))
    .map((method) => ({ method, what })),
);

describe('a reply', { timeout: 60_000 }, () => {
  test.concurrent.for(cases)(
    'whose call of $method $what is there once, whole, in order',
    async ({ method, what }, { onTestFinished }) => {
      const streaming = PLAIN_METHODS.every((plain) => plain !== method);
      const options = { slack: { streaming }, clockRate: CLOCK_RATE };
      const stage = await openStage(options, onTestFinished);
      stage.paceMs = PACE_MS;
      stage.slack.fault(method, FAULTS[what]);
      const { channel, thread } = ask(stage);
      await expectOneReply(stage, channel, thread);
    },
  );
});

describe('the socket', { timeout: 60_000 }, () => {
  test('may drop while a reply is written, which goes on', async () => {
    const stage = await openStage();
    stage.paceMs = PACE_MS;
    const { channel, thread } = ask(stage);
    await stage.slack.until('words', () => stage.slack.replies(channel, thread).length > 0);
    stage.slack.sockets.drop();
    await expectOneReply(stage, channel, thread);
  });

  test('is opened again, and what was said meanwhile is answered once', async () => {
    const stage = await openStage();
    const { slack } = stage;
    slack.sockets.drop();
    await slack.until('nobody is connected', () => slack.sockets.open === 0);
    const { channel, thread } = ask(stage);
    await expectOneReply(stage, channel, thread);
    expect(slack.sockets.connected).toBe(2);
  });

  test('is opened anew when Slack asks for it', async () => {
    const stage = await openStage();
    const { slack } = stage;
    slack.sockets.refresh();
    await slack.until('a new connection', () => slack.sockets.connected === 2);
    const { channel, thread } = ask(stage);
    await expectOneReply(stage, channel, thread);
  });

  test('that breaks before the acknowledgement is heard lets a message come twice, and it is answered once', async () => {
    const stage = await openStage({ slack: { acknowledgeMs: 300 } });
    const { slack } = stage;
    slack.sockets.deaf = true;
    const { channel, thread } = ask(stage);
    await slack.until('a retry', () => slack.deliveries.some(({ attempt }) => attempt > 0));
    slack.sockets.deaf = false;
    await expectOneReply(stage, channel, thread);
  });
});
