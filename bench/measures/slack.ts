import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSlackAdapter, type SlackAdapter } from '../../src/adapters/slack/slack.ts';
import type { Fetcher } from '../../src/core/conversation.ts';
import { CONVERSATION_LIMITS } from '../../src/core/conversation/limits.ts';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { createScriptedModel } from '../../test/support/scripted-model.ts';
import { startSlack, type Slack } from '../../test/support/slack/slack.ts';
import { median, type Measurement } from '../measurement.ts';
import { openScripted } from '../soak/open-scripted.ts';

/** Turns that are timed one by one. */
const ALONE = 40;
/** Threads that ask at the same moment. */
const THREADS = 50;
/** A reply that takes longer has failed. */
const PATIENCE_MS = 120_000;

const logger = createLogger('silent');

/** The real adapter and journal over the wire, a model that answers at once with a box, and a Slack that shares at once. */
const withSlack = async <Result>(use: (slack: Slack) => Promise<Result>): Promise<Result> => {
  const directory = await mkdtemp(join(tmpdir(), 'wetread-bench-'));
  const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
  const slack = await startSlack({ shareMs: 0 });
  let adapter: SlackAdapter | undefined;
  const fetcher: Fetcher = (reference, signal) => {
    if (adapter === undefined) throw new Error('films are fetched once there is an adapter');
    return adapter.fetcher(reference, signal);
  };
  const model = createScriptedModel({
    pause: () => Promise.resolve(),
    script: () => ['The heart is at', ' [0.30, 0.40, 0.70, 0.80].'],
  });
  const conversation = await openScripted({
    stores,
    alone: true,
    model,
    fetchers: { slack: fetcher },
    limits: CONVERSATION_LIMITS,
    logger,
  });
  adapter = createSlackAdapter({
    settings: {
      botToken: slack.botToken,
      appToken: slack.appToken,
      signingSecret: undefined,
      apiUrl: slack.apiUrl,
      fileHosts: [],
      followUps: 'started',
      moderators: [],
      proxy: { url: undefined, except: '' },
    },
    conversation,
    model,
    logger,
    now: Date.now,
  });
  adapter.start();
  try {
    await slack.until('a socket', () => slack.sockets.open > 0);
    return await use(slack);
  } finally {
    await adapter.stop(0);
    await conversation.close(0);
    await slack.close();
    await stores.close();
    await rm(directory, { recursive: true, force: true });
  }
};

/** Somebody drops a film and mentions the bot; resolves once words and picture are whole: to the milliseconds that took. */
const ask = async (slack: Slack, film: string): Promise<number> => {
  const channel = slack.channel('chest');
  const by = slack.user('resident');
  const start = performance.now();
  const films = [{ bytes: new TextEncoder().encode(film) }];
  const thread = slack.post({ by, channel, text: `${slack.mention} Where is it?`, films });
  const isWhole = (): boolean => {
    const replies = slack.replies(channel, thread);
    return replies.length === 2 && replies.every(({ streaming }) => !streaming);
  };
  await slack.until('a whole reply', isWhole, PATIENCE_MS);
  return performance.now() - start;
};

/** So many calls that do nothing, one after the other, over the same wire. */
const callBare = async (slack: Slack, count: number): Promise<number> => {
  const start = performance.now();
  for (let call = 0; call < count; call += 1)
    await (await fetch(`${slack.apiUrl}api.test`, { method: 'POST' })).json();
  return performance.now() - start;
};

/** What the bot adds to a turn in Slack: everything but the model, the pictures and Slack's own time. */
export const measureSlack = (): Promise<Measurement[]> =>
  withSlack(async (slack) => {
    await ask(slack, 'warm');
    const alone: number[] = [];
    const bare: number[] = [];
    for (let turn = 0; turn < ALONE; turn += 1) {
      const before = slack.calls.length;
      alone.push(await ask(slack, `film ${turn}`));
      bare.push(await callBare(slack, slack.calls.length - before));
    }
    const start = performance.now();
    const together = await Promise.all(
      Array.from({ length: THREADS }, (_, thread) => ask(slack, `thread ${thread}`)),
    );
    const wholeMs = performance.now() - start;
    const turnMs = median(alone);
    return [
      {
        name: 'Slack: a film and a question, to words and picture in the thread, a model that answers at once',
        value: turnMs,
        unit: 'ms',
        against: 'as many calls that do nothing, over the same wire',
        ratio: turnMs / median(bare),
      },
      {
        name: `Slack: the same, ${THREADS} threads at once, each turn`,
        value: wholeMs / THREADS,
        unit: 'ms',
        against: 'a turn alone',
        ratio: wholeMs / THREADS / turnMs,
      },
      {
        name: `Slack: ${THREADS} threads at once, the slowest of them`,
        value: Math.max(...together),
        unit: 'ms',
        against: 'the median of them',
        ratio: Math.max(...together) / median(together),
      },
    ];
  });
