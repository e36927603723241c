import { expect, test } from 'vitest';
import { openChannel } from './open-channel.ts';
import { film, SENTENCES } from './stage.ts';

const COUNT = 50;
const MOST_BEHIND = 10;

test('fifty threads at once are all answered, each once', async () => {
  const { stage, slack, channel, post } = await openChannel();
  const threads = Array.from({ length: COUNT }, () =>
    post(`${slack.mention} Where is the heart?`, { films: [film('one')] }),
  );
  for (const thread of threads) await stage.pictured(channel, thread, 1);
  await stage.quiet();
  for (const thread of threads) {
    expect(stage.says(channel, thread)).toEqual([SENTENCES.place]);
    expect(stage.pictures(channel, thread)).toHaveLength(1);
  }
});

test('threads that ask at the same time are answered in the order in which they asked', async () => {
  const { stage, slack, post } = await openChannel();
  stage.hold();
  const questions = Array.from({ length: COUNT }, (_, at) => `Question ${at}?`);
  for (const question of questions) post(`${slack.mention} ${question}`, { films: [film('one')] });
  stage.release();
  await slack.until('every question', () => stage.questions.length === COUNT);
  // Nobody is overtaken by many, though a step of one may take a moment longer than that of the next one.
  const places = stage.questions.map((question) => questions.indexOf(question));
  for (const [at, asked] of places.entries()) expect(asked).toBeLessThan(at + MOST_BEHIND);
  expect(stage.calls('users.info')).toBe(1);
});

test.each(['upload', 'files.completeUploadExternal', 'chat.stopStream'])(
  'no thread waits for the %s of another one',
  async (method) => {
    const { stage, slack, channel, post } = await openChannel();
    // Words come slowly enough to be streamed.
    stage.paceMs = 20;
    slack.fault(method, { kind: 'slow', ms: 10 * 60_000 });
    const text = `${slack.mention} Where is the heart?`;
    const slow = post(text, { films: [film('one')] });
    await slack.until('it waits for Slack', () => slack.faultsLeft(method) === 0);
    const others = Array.from({ length: 10 }, () => post(text, { films: [film('one')] }));
    for (const thread of others) await stage.pictured(channel, thread, 1);
    // Slack has done what it was asked, perhaps, and not said so: the adapter waits for that in this one thread.
    expect(stage.slack.session(channel, slow)).toBe('processing');
  },
);
