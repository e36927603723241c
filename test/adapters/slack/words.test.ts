import { describe, expect, test } from 'vitest';
import { openChannel } from './open-channel.ts';
import { film, SENTENCES } from './stage.ts';

describe('what the buttons do is done for words after a mention, too', () => {
  test.each([
    ['report', /report/i],
    ['abnormalities', /abnormal/i],
  ])('%s', async (words, asked) => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    post(`${slack.mention} ${words}`, { thread });
    await stage.answered(channel, thread, 2);
    expect(stage.questions.at(-1)).toMatch(asked);
  });

  test('zoom on box 1', async () => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('Where is the heart?');
    await stage.pictured(channel, thread, 1);
    post(`${slack.mention} zoom on box 1`, { thread });
    await stage.answered(channel, thread, 3);
    expect(stage.says(channel, thread)[1]).toMatch(/enlarged/);
  });

  test('forget', async () => {
    const { slack, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    post(`${slack.mention} forget`, { thread });
    await slack.until('a word', () =>
      /forgotten/.test(slack.replies(channel, thread).at(-1)?.text ?? ''),
    );
    await slack.until('nothing else', () => slack.replies(channel, thread).length === 1);
    expect(slack.replies(channel, thread)[0]?.words).toMatch(/forgotten/);
  });

  test('stop', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const words = Array.from({ length: 2_000 }, (_, at) => ` word${at}`);
    stage.answer('Tell me everything.', words);
    stage.paceMs = 50;
    const thread = post(`${slack.mention} Tell me everything.`, { films: [film('one')] });
    await slack.until('words', () => slack.replies(channel, thread).length > 0);
    post(`${slack.mention} stop`, { thread });
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)[0]).toMatch(/word0.*Stopped\.$/s);
  });

  test('help needs no film and reads nothing back', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const thread = post('Anybody?', { tell: [] });
    post(`${slack.mention} help`, { thread });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)[0]).toMatch(/Send a frontal chest film/);
    expect(stage.calls('conversations.replies')).toBe(0);
  });
});

describe('several files of one message', () => {
  test('are asked about, by buttons, and one is read', async () => {
    const { stage, slack, channel, by, post } = await openChannel();
    const films = [film('one'), film('two')];
    const thread = post(`${slack.mention} How is the heart?`, { films });
    await stage.answered(channel, thread, 1);
    const question = slack.replies(channel, thread).find(({ buttons }) => buttons.length > 0);
    expect(question?.words).toMatch(/2 chest films/);
    slack.press(by, channel, question?.ts ?? '', 'Film 2');
    await slack.until('an answer', () => stage.says(channel, thread).includes(SENTENCES.heart));
    expect(stage.films.toSorted()).toEqual(['one', 'two']);
  });

  test('of which two are the same film are one film', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const films = [film('one'), film('one')];
    const thread = post(`${slack.mention} How is the heart?`, { films });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test('of which some are papers are the films among them', async () => {
    const { stage, slack, channel, post } = await openChannel();
    const films = [
      film('letter', { name: 'letter.pdf', mimetype: 'application/pdf' }),
      film('one'),
    ];
    const thread = post(`${slack.mention} How is the heart?`, { films });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['one']);
  });

  test('the same film once more in its thread goes on with what was said about it', async () => {
    const { stage, slack, channel, post, ask } = await openChannel();
    const thread = await ask('How is the heart?');
    post(`${slack.mention} How are the lungs?`, { thread, films: [film('one')] });
    await stage.answered(channel, thread, 2);
    const asked = stage.request('How are the lungs?').messages.map(({ text }) => text);
    expect(asked).toContain('How is the heart?');
  });
});
