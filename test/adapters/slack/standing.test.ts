import { describe, expect, test } from 'vitest';
import { openChannel } from './open-channel.ts';
import { film, openStage } from './stage.ts';

describe('whoever forgets the film of somebody else', () => {
  /** A reply about the resident's film; who tries to forget it, and what becomes of that. */
  const forgetAs = async (
    who: 'member' | 'admin' | 'named',
  ): Promise<{ readonly reply: number; readonly said: string }> => {
    // Ids count up, so the next stage has the same ones.
    const moderators = who === 'named' ? [await idOfOther()] : [];
    const { stage, slack, channel, post, ask } = await openChannel({ settings: { moderators } });
    const other = slack.user('other', { admin: who === 'admin' });
    const thread = await ask('How is the heart?');
    post(`${slack.mention} forget`, { by: other, thread });
    const last = await slack.until('a word', () =>
      slack.replies(channel, thread).find(({ text }) => /forgotten|Only the person/.test(text)),
    );
    await stage.quiet();
    const heart = slack.replies(channel, thread).filter(({ text }) => /heart/.test(text));
    return { reply: heart.length, said: last.text };
  };

  const idOfOther = async (): Promise<string> => {
    const { slack } = await openChannel();
    return slack.user('other');
  };

  test('is told that only its poster may, when they are a member', async () => {
    const { reply, said } = await forgetAs('member');
    expect(said).toMatch(/Only the person/);
    expect(reply).toBe(1);
  });

  test.each(['admin', 'named'] as const)('succeeds as a moderator (%s)', async (who) => {
    const { reply, said } = await forgetAs(who);
    expect(said).toMatch(/forgotten/);
    expect(reply).toBe(0);
  });
});

test('guests are told apart, and answered where they may ask', async () => {
  for (const guests of [false, true]) {
    const stage = await openStage({ guests });
    const { slack } = stage;
    const channel = slack.channel('chest');
    const by = slack.user('student', { guest: true });
    const text = `${slack.mention} How is the heart?`;
    const thread = slack.post({ by, channel, text, films: [film('one')] });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)[0]).toMatch(guests ? /heart/ : /may not ask/);
  }
});
