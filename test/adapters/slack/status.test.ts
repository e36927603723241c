import { expect, test } from 'vitest';
import { openChannel } from './open-channel.ts';
import { film } from './stage.ts';

/** Slack drops a status after two minutes without a message. */
const TWO_MINUTES_MS = 2 * 60_000;

test('a thread says what it is waiting for, again before Slack drops it, and nothing in the end', async () => {
  const { stage, slack, channel, post } = await openChannel();
  stage.hold();
  const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
  await slack.until('a status', () => slack.status(channel, thread) !== '');
  expect(slack.context.workspace.statuses.get(`${channel}:${thread}`)).toMatchObject({
    loading: expect.arrayContaining(['Reading…']) as unknown,
  });
  await stage.quiet();
  const set = stage.calls('assistant.threads.setStatus');
  stage.jump(TWO_MINUTES_MS);
  await slack.until('it again', () => stage.calls('assistant.threads.setStatus') > set);
  stage.release();
  await stage.answered(channel, thread, 1);
  await slack.until('no status', () => slack.status(channel, thread) === '');
});

test('where there is no status an emoji on the question says so, and goes', async () => {
  const { stage, slack, channel, post } = await openChannel();
  slack.fault('assistant.threads.setStatus', { kind: 'error', error: 'unknown_method' }, 1_000);
  stage.hold();
  const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
  const reactions = () => slack.context.workspace.find(channel, thread)?.reactions ?? [];
  await slack.until('an emoji', () => reactions().length > 0);
  stage.release();
  await stage.answered(channel, thread, 1);
  await slack.until('none', () => reactions().length === 0);
  expect(stage.calls('reactions.remove')).toBe(1);
});

test('where there are neither, answers come all the same', async () => {
  const { stage, slack, channel, ask } = await openChannel({ slack: { agentSessions: false } });
  for (const method of ['assistant.threads.setStatus', 'reactions.add'])
    slack.fault(method, { kind: 'error', error: 'missing_scope' }, 1_000);
  const thread = await ask('How is the heart?');
  expect(stage.says(channel, thread)).toHaveLength(1);
});
