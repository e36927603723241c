import { describe, expect, test } from 'vitest';
import { READ_SHORTCUT } from '../../../src/adapters/slack/actions.ts';
import { openChannel } from './open-channel.ts';
import { film, openStage, SENTENCES } from './stage.ts';

/** As Slack says it most often. */
const LATER = { kind: 'rate-limited', retryAfterS: 1 } as const;

describe('a call that Slack wants made later is made later', () => {
  test.each(['auth.test', 'apps.connections.open'])('%s, at the start', async (method) => {
    const stage = await openStage({ before: (slack) => slack.fault(method, LATER) });
    expect(stage.slack.faultsLeft(method)).toBe(0);
    expect(stage.calls(method)).toBeGreaterThan(1);
  });

  test('conversations.replies, of an old thread', async () => {
    const { stage, slack, channel, post } = await openChannel();
    slack.fault('conversations.replies', LATER);
    const thread = post('Anybody?', { films: [film('old')], tell: [] });
    post(`${slack.mention} How is the heart?`, { thread });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    expect(slack.faultsLeft('conversations.replies')).toBe(0);
  });

  test('chat.delete and files.delete, of what is to be forgotten', async () => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    for (const method of ['chat.delete', 'files.delete']) slack.fault(method, LATER, 2);
    post(`${slack.mention} forget`, { thread });
    await slack.until('no file of ours', () => slack.ownFiles.length === 0);
    await slack.until('one word', () => slack.replies(channel, thread).length === 1);
    expect(slack.faultsLeft('chat.delete') + slack.faultsLeft('files.delete')).toBe(0);
  });

  test('chat.postEphemeral, of what only one person is told', async () => {
    const { slack, channel, by, post } = await openChannel();
    slack.fault('chat.postEphemeral', LATER);
    slack.shortcut(by, channel, post('no film here'), READ_SHORTCUT);
    const [told] = await slack.until('a word', () => {
      const own = slack.shown(channel).filter(({ onlyFor }) => onlyFor === by);
      return own.length > 0 && own;
    });
    expect(told?.text).toMatch(/no film/);
  });

  test('views.open, while its ticket is good', async () => {
    const { stage, slack, channel, by, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    // Its ticket lasts three seconds, of which a loaded machine may take two.
    slack.fault('views.open', { ...LATER, retryAfterS: 0 });
    slack.press(by, channel, slack.replies(channel, thread)[0]?.ts ?? '', 'Wrong place');
    await slack.until('a modal', () => slack.modals.size > 0);
    expect(slack.faultsLeft('views.open')).toBe(0);
  });

  test('views.publish and the prompts and titles of the Messages tab', async () => {
    const { slack, by } = await openChannel();
    const { titles, prompts } = slack.context.workspace;
    const methods = ['views.publish', 'setSuggestedPrompts', 'setTitle'];
    for (const method of methods)
      slack.fault(method.startsWith('set') ? `assistant.threads.${method}` : method, LATER);
    slack.openHome(by);
    slack.openHome(by, 'messages');
    const channel = slack.direct(by);
    slack.post({ by, channel, text: 'How is the heart?', films: [film('one')] });
    await slack.until('all', () => slack.home(by) && titles.size > 0 && prompts.size > 0);
    expect(slack.calls.filter(({ outcome }) => outcome === 'rate-limited')).toHaveLength(3);
  });

  test('every one of them, once each way', async () => {
    const { stage, slack, channel, post } = await openChannel({ clockRate: 8 });
    slack.fault('*', LATER, 5);
    const thread = post(`${slack.mention} Where is the heart?`, { films: [film('one')] });
    await stage.pictured(channel, thread, 1);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.place]);
    expect(stage.pictures(channel, thread)).toHaveLength(1);
  });
});

describe('a reply that Slack never takes', () => {
  test('is given up after half an hour, so that its thread goes on', async () => {
    const { stage, slack, post } = await openChannel({ slack: { streaming: false } });
    slack.fault('chat.postMessage', { kind: 'status', status: 503 }, 10_000);
    const thread = post(`${slack.mention} How is the heart?`, { films: [film('one')] });
    post('How are the lungs?', { thread });
    await slack.until('it is tried', () => stage.calls('chat.postMessage') > 1);
    expect(stage.questions).not.toContain('How are the lungs?');
    stage.jump(31 * 60_000);
    await stage.asked('How are the lungs?');
    expect(stage.log.join('')).toMatch(/a reply was not taken by Slack/);
  });

  test.each(['chat.postMessage', 'chat.stopStream'])(
    'does not hold up the end of the program (%s)',
    async (method) => {
      const streaming = method === 'chat.stopStream';
      const { stage, slack, post } = await openChannel({ slack: { streaming } });
      stage.paceMs = 20;
      slack.fault(method, { kind: 'slow', ms: 10 * 60_000 });
      post(`${slack.mention} How is the heart?`, { films: [film('one')] });
      await slack.until('it is tried', () => stage.calls(method) > 0);
      const ended = stage.end().then(() => 'ended');
      // A call that is not answered would be waited for longer.
      expect(await Promise.race([ended, stage.pause(15_000)])).toBe('ended');
    },
  );
});

describe('a stream', () => {
  test('is ended before its five minutes are over, and the message goes on to be written', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const words = Array.from({ length: 150 }, (_, at) => ` word${at}`);
    stage.answer('Tell me everything.', ['It', ...words]);
    stage.paceMs = 50;
    const thread = post(`${slack.mention} Tell me everything.`, { films: [film('one')] });
    await slack.until('a stream that goes on', () => stage.calls('chat.appendStream') > 0);
    stage.jump(4.6 * 60_000);
    await slack.until('its end', () => slack.replies(channel, thread)[0]?.streaming === false);
    expect(stage.says(channel, thread)[0]).not.toContain('word100');
    await stage.answered(channel, thread, 1);
    await slack.until('all', () => stage.says(channel, thread)[0] === `It${words.join('')}`);
    expect(stage.refusals('message_not_in_streaming_state')).toBe(0);
    expect(stage.calls('chat.update')).toBeGreaterThan(0);
  });
});

test('a stream is not left open when the program ends', async () => {
  const { stage, slack, channel, post } = await openChannel();
  stage.answer(
    'Tell me everything.',
    Array.from({ length: 2_000 }, (_, at) => ` word${at}`),
  );
  stage.paceMs = 50;
  const thread = post(`${slack.mention} Tell me everything.`, { films: [film('one')] });
  await slack.until('a stream that goes on', () => stage.calls('chat.appendStream') > 0);
  await stage.end();
  expect(slack.replies(channel, thread)[0]?.streaming).toBe(false);
});

describe('what somebody has to mend is logged with what to do', () => {
  test('a scope that the app lacks, at the start and where it is missed; words come all the same', async () => {
    const scopes = [
      'app_mentions:read',
      'channels:history',
      'chat:write',
      'files:read',
      'users:read',
    ];
    const { stage, slack, channel, post } = await openChannel({ slack: { scopes } });
    expect(stage.log.join('')).toMatch(/lacks the scope [^"]*files:write.*install the app again/);
    const thread = post(`${slack.mention} Where is the heart?`, { films: [film('one')] });
    await stage.answered(channel, thread, 1);
    const line = /a reply was not taken by Slack: The Slack app lacks the scope files:write/;
    await slack.until('a line', () => line.test(stage.log.join('')));
    expect(stage.says(channel, thread)).toEqual([SENTENCES.place]);
    post('How are the lungs?', { thread });
    await stage.answered(channel, thread, 2);
  });

  test('an app that is taken out of the workspace while it answers', async () => {
    const { stage, slack, post } = await openChannel();
    stage.hold();
    post(`${slack.mention} How is the heart?`, { films: [film('one')] });
    await stage.asked('How is the heart?');
    slack.behaviour.installed = 'account_inactive';
    stage.release();
    const line =
      /a reply was not written: Slack does not accept SLACK_BOT_TOKEN \(account_inactive\)/;
    await slack.until('a line', () => line.test(stage.log.join('')));
    expect(stage.log.join('')).toMatch(/still installed in the workspace/);
  });
});
