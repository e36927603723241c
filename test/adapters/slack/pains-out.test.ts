import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { askAbout } from './ask-about.ts';
import { film, openStage, SENTENCES } from './stage.ts';

/**
 * What went wrong for other bots on Slack, by number of the list of pains in docs/slack.md: what is answered. Each test fails when
 * the guard it stands for is taken away.
 */

describe('pains of other bots on Slack', () => {
  test('1: an answer that takes long does not overlap with the next one of its thread', async () => {
    const stage = await openStage({ leaseMs: 600 });
    const { slack } = stage;
    stage.hold();
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.asked('How is the heart?');
    slack.post({ by, channel, thread, text: `${slack.mention} How are the lungs?` });
    await stage.pause(1_500);
    expect(stage.questions).not.toContain('How are the lungs?');
    stage.release();
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('2: a stream that Slack closes after five minutes loses and doubles no word, and is gone on with', async () => {
    const stage = await openStage({ slack: { streamLifeMs: 1_200 } });
    const words = Array.from({ length: 80 }, (_, at) => ` word${at}`);
    stage.answer('Tell me everything.', ['It', ...words]);
    stage.paceMs = 100;
    const { channel, thread } = askAbout(stage, 'Tell me everything.');
    // The model still speaks: words that come after the stream are shown, too.
    await stage.slack.until('an edit', () => stage.calls('chat.update') > 0);
    expect(stage.says(channel, thread).join('')).not.toContain('word79');
    const whole = ['It', ...words].join('');
    await stage.slack.until('every word', () => stage.says(channel, thread).join('') === whole);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([whole]);
    expect(stage.refusals('message_not_in_streaming_state')).toBeGreaterThan(0);
    expect(stage.slack.replies(channel, thread)).toEqual([
      expect.objectContaining({ streaming: false }),
    ]);
  });

  test('2: also when it is closed just before its last words', async () => {
    const stage = await openStage({ slack: { streamLifeMs: 100 } });
    stage.answer('Tell me everything.', ['It is ', 'well.']);
    stage.paceMs = 400;
    const { channel, thread } = askAbout(stage, 'Tell me everything.');
    await stage.answered(channel, thread, 1);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual(['It is well.']);
    expect(stage.refusals('message_not_in_streaming_state')).toBeGreaterThan(0);
  });

  test('19: the next reply waits until the picture of the one before is in the thread', async () => {
    const stage = await openStage({ slack: { shareMs: 1_500 } });
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'Where is the heart?');
    await stage.asked(/heart/);
    slack.post({ by, channel, thread, text: 'How are the lungs?' });
    await stage.answered(channel, thread, 3);
    const kinds = slack
      .replies(channel, thread)
      .map(({ pictures, text }) => (pictures.length > 0 ? 'picture' : text.split('\n')[0]));
    expect(kinds).toEqual([expect.stringMatching(/heart/), 'picture', SENTENCES.lungs]);
  });

  test('20: a picture that Slack takes long to process is shown, and no message is refused for it', async () => {
    const stage = await openStage({ slack: { shareMs: 1_500 } });
    const { channel, thread } = askAbout(stage, 'Where is the heart?');
    await stage.pictured(channel, thread, 1);
    expect(stage.refusals('invalid_blocks')).toBe(0);
    expect(stage.pictures(channel, thread)[0]?.altText).toBe('drawn');
  });

  test('20: a picture that Slack says it has and never shares is shared again', async () => {
    const stage = await openStage({ slack: { lostShares: 1 } });
    const { channel, thread } = askAbout(stage, 'Where is the heart?');
    await stage.slack.until(
      'it is told that it was shared',
      () => stage.calls('files.completeUploadExternal') > 0,
    );
    await stage.pause(300);
    stage.jump(60_000);
    await stage.pictured(channel, thread, 1);
    await stage.quiet();
    expect(stage.pictures(channel, thread)).toHaveLength(1);
  });

  test('21: the picture is a plain PNG by name, which shared channels take, too', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const channel = slack.channel('consult', { shared: true });
    const thread = slack.post({
      by: slack.user('resident'),
      channel,
      text: `${slack.mention} Where is the heart?`,
      films: [film('one')],
    });
    await stage.pictured(channel, thread, 1);
    expect(slack.ownFiles.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^[\w-]+\.png$/),
    ]);
  });

  test('22: an answer longer than a message is split at sentences, and every word arrives in order', async () => {
    const stage = await openStage();
    const long = Array.from({ length: 1_200 }, (_, at) => `Sentence ${at} is normal.`);
    // Few pieces, so that the limit of an answer's length in tokens is not met.
    const pieces = Array.from({ length: 60 }, (_, at) =>
      long.slice(20 * at, 20 * at + 20).join(' '),
    );
    stage.answer(
      'Tell me everything.',
      pieces.map((piece, at) => (at === 0 ? piece : ` ${piece}`)),
    );
    const { channel, thread } = askAbout(stage, 'Tell me everything.');
    await stage.answered(channel, thread, 2);
    await stage.quiet();
    const said = stage.says(channel, thread);
    expect(said.join(' ').split(/\s+/).join(' ') === long.join(' ')).toBe(true);
    for (const text of said) expect(text.trim()).toMatch(/^Sentence.*normal\.$/s);
    expect(stage.refusals('msg_blocks_too_long')).toBe(0);
    expect(stage.refusals('msg_too_long')).toBe(0);
  });

  test('26: a reply that is being written is stopped by its button, and what was said stays', async () => {
    const stage = await openStage({ slack: { streaming: false } });
    const { slack } = stage;
    stage.answer(
      'Tell me everything.',
      Array.from({ length: 400 }, (_, at) => ` word${at}`),
    );
    stage.paceMs = 50;
    const { channel, by, thread } = askAbout(stage, 'Tell me everything.');
    const [reply] = await slack.until('a stop button', () => {
      const replies = slack.replies(channel, thread);
      return replies[0]?.buttons.some(({ label }) => label === 'Stop') === true && replies;
    });
    slack.press(by, channel, reply?.ts ?? '', 'Stop');
    await stage.quiet();
    expect(stage.says(channel, thread)).toHaveLength(1);
    expect(stage.says(channel, thread)[0]).toMatch(/word0.*Stopped/s);
  });

  test("26: and by Slack's own stop, after which its session is not processing any more", async () => {
    const stage = await openStage();
    const { slack } = stage;
    stage.answer(
      'Tell me everything.',
      Array.from({ length: 400 }, (_, at) => ` word${at}`),
    );
    stage.paceMs = 50;
    const { channel, by, thread } = askAbout(stage, 'Tell me everything.');
    await slack.until('a stream', () => slack.replies(channel, thread)[0]?.streaming === true);
    expect(slack.session(channel, thread)).toBe('processing');
    slack.stopSession(by, channel, thread);
    await slack.until('the end', () => slack.session(channel, thread) !== 'processing');
    await stage.quiet();
    expect(stage.says(channel, thread)).toHaveLength(1);
    expect(stage.says(channel, thread)[0]).toMatch(/word0.*Stopped/s);
    expect(slack.replies(channel, thread)[0]?.streaming).toBe(false);
  });

  test('27: a film at the start of a thread breaks no stream, and the picture is one message', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const { channel, thread } = askAbout(stage, 'Where is the heart?');
    await stage.pictured(channel, thread, 1);
    await stage.quiet();
    expect(stage.refusals('missing_recipient_team_id')).toBe(0);
    expect(stage.refusals('missing_recipient_user_id')).toBe(0);
    expect(stage.refusals('team_not_found')).toBe(0);
    expect(slack.replies(channel, thread)).toHaveLength(2);
  });
});

describe('words of a model in Slack', () => {
  test.each([true, false])(
    'ping nobody, link nowhere and are not formatted (streaming: %s)',
    async (streaming) => {
      const stage = await openStage({ slack: { streaming } });
      const wicked =
        'Look <!channel> @here <@U000000001> https://evil.example.com *bold* _slanted_ `code` ~gone~ [a](http://b.io) & <b>.';
      stage.answer('Tell me everything.', wicked.match(/\s*\S+/g) ?? []);
      const { channel, thread } = askAbout(stage, 'Tell me everything.');
      await stage.answered(channel, thread, 1);
      const [reply] = stage.slack.replies(channel, thread);
      expect(reply?.loud).toEqual([]);
      expect(stage.says(channel, thread)).toEqual([wicked]);
      expect(
        stage.slack.calls.filter(({ method }) => method === 'chat.postMessage'),
      ).not.toContainEqual(
        expect.objectContaining({
          args: expect.objectContaining({ unfurl_links: 'true' }) as unknown,
        }),
      );
    },
  );
});

test('every pain that is told in docs/slack.md has a test, and the other way round', async () => {
  const table = await readFile('docs/slack.md', 'utf8');
  const files = ['pains-in', 'pains-out'].map((name) => `test/adapters/slack/${name}.test.ts`);
  const tests = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
  const numbersIn = (matches: Iterable<RegExpMatchArray>): Set<number> =>
    new Set(Array.from(matches, ([, numbers = '']) => numbers.split(', ').map(Number)).flat());
  const told = numbersIn(table.matchAll(/^\| (\d+(?:, \d+)*) \|/gm));
  const tested = numbersIn(tests.matchAll(/^ +(?:test\()?['"](\d+): /gm));
  expect(told.size).toBeGreaterThan(10);
  expect([...told].filter((number) => !tested.has(number))).toEqual([]);
  expect([...tested].filter((number) => !told.has(number))).toEqual([]);
});
