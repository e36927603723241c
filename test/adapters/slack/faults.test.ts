import { describe, expect, test } from 'vitest';
import type { Fault } from '../../support/faults.ts';
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

type Thread = { readonly channel: string; readonly thread: string };

/** Asks for words and a picture. */
const ask = (stage: Stage): Thread => {
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
const ONE_REPLY = [SENTENCES.place, 'drawn'];

/** What the thread shows in the end. */
const shownInTheEnd = async (
  stage: Stage,
  { channel, thread }: Thread,
): Promise<readonly string[]> => {
  await stage.pictured(channel, thread, 1);
  await stage.quiet();
  return stage.slack
    .replies(channel, thread)
    .map(({ pictures, words, streaming }) =>
      streaming ? 'still streaming' : (pictures[0]?.altText ?? words),
    );
};

const cases = (Object.keys(FAULTS) as (keyof typeof FAULTS)[]).flatMap((what) =>
  [...METHODS, ...PLAIN_METHODS]
    // The file host speaks in statuses alone.
    .filter((method) => FAULTS[what].kind !== 'error' || !method.endsWith('load'))
    .map((method) => ({ method, what })),
);

describe('a reply', () => {
  test.concurrent.for(cases)(
    'whose call of $method $what is there once, whole, in order',
    async ({ method, what }, { onTestFinished }) => {
      const streaming = PLAIN_METHODS.every((plain) => plain !== method);
      const options = { slack: { streaming }, clockRate: CLOCK_RATE };
      const stage = await openStage(options, onTestFinished);
      stage.paceMs = PACE_MS;
      stage.slack.fault(method, FAULTS[what]);
      const asked = ask(stage);
      expect(await shownInTheEnd(stage, asked)).toEqual(ONE_REPLY);
      expect(stage.slack.faultsLeft(method)).toBe(0);
    },
  );
});

describe('the socket', () => {
  test('may drop while a reply is written, which goes on', async () => {
    const stage = await openStage();
    stage.paceMs = PACE_MS;
    const asked = ask(stage);
    await stage.slack.until(
      'words',
      () => stage.slack.replies(asked.channel, asked.thread).length > 0,
    );
    stage.slack.sockets.drop();
    expect(await shownInTheEnd(stage, asked)).toEqual(ONE_REPLY);
  });

  test('is opened again, and what was said meanwhile is answered once', async () => {
    const stage = await openStage();
    const { slack } = stage;
    slack.sockets.drop();
    await slack.until('nobody is connected', () => slack.sockets.open === 0);
    const asked = ask(stage);
    expect(await shownInTheEnd(stage, asked)).toEqual(ONE_REPLY);
    expect(slack.sockets.connected).toBe(2);
  });

  test('is opened anew when Slack asks for it', async () => {
    const stage = await openStage();
    const { slack } = stage;
    slack.sockets.refresh();
    await slack.until('a new connection', () => slack.sockets.connected === 2);
    const asked = ask(stage);
    expect(await shownInTheEnd(stage, asked)).toEqual(ONE_REPLY);
  });

  test('that breaks before the acknowledgement is heard lets a message come twice, and it is answered once', async () => {
    const stage = await openStage({ slack: { acknowledgeMs: 300 } });
    const { slack } = stage;
    slack.sockets.deaf = true;
    const asked = ask(stage);
    await slack.until('a retry', () => slack.deliveries.some(({ attempt }) => attempt > 0));
    slack.sockets.deaf = false;
    expect(await shownInTheEnd(stage, asked)).toEqual(ONE_REPLY);
  });
});
