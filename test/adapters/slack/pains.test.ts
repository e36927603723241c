import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';
import { NO_TEXT } from '../../support/no-text.ts';

/**
 * What went wrong for other bots on Slack, by number of the list of pains in docs/slack.md. Each test fails when the
 * guard it stands for is taken away.
 */

/** A resident drops a film and mentions the bot; the thread it makes. */
const askAbout = (stage: Stage, text: string, films = [film('one')]) => {
  const { slack } = stage;
  const channel = slack.channel('chest');
  const by = slack.user('resident');
  const thread = slack.post({ by, channel, text: `${slack.mention} ${text}`, films });
  return { channel, by, thread };
};

describe('pains of other bots on Slack', { timeout: 60_000 }, () => {
  test('1: an answer that takes long does not overlap with the next one of its thread', async () => {
    const stage = await openStage({ leaseMs: 150 });
    const { slack } = stage;
    stage.hold();
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.asked('How is the heart?');
    slack.post({ by, channel, thread, text: `${slack.mention} How are the lungs?` });
    await stage.pause(600);
    expect(stage.questions).not.toContain('How are the lungs?');
    stage.release();
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('2: a stream that Slack closes after five minutes loses and doubles no word', async () => {
    const stage = await openStage({ slack: { streamLifeMs: 1_200 } });
    const words = Array.from({ length: 30 }, (_, at) => ` word${at}`);
    stage.answer('Tell me everything.', ['It', ...words]);
    stage.paceMs = 100;
    const { channel, thread } = askAbout(stage, 'Tell me everything.');
    const whole = ['It', ...words].join('');
    await stage.slack.until('every word', () => stage.says(channel, thread).join('') === whole);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([whole]);
    expect(stage.refusals('message_not_in_streaming_state')).toBeGreaterThan(0);
    expect(stage.slack.replies(channel, thread)).toEqual([
      expect.objectContaining({ streaming: false }),
    ]);
  });

  test('4: a film arrives with the subtype file_share, and is read', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const channel = slack.channel('chest');
    const thread = slack.post({
      by: slack.user('resident'),
      channel,
      text: `${slack.mention} How is the heart?`,
      films: [film('one')],
      tell: ['message'],
    });
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual(['one']);
  });

  test('5: the page to sign in, which Slack sends without files:read, is never taken for a film', async () => {
    const stage = await openStage();
    const { scopes } = stage.slack.behaviour;
    stage.slack.behaviour.scopes = new Set([...scopes].filter((scope) => scope !== 'files:read'));
    const { channel, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual([]);
    expect(stage.questions).toEqual([]);
    expect(stage.says(channel, thread)).toEqual([
      expect.stringMatching(/did not give the film out/),
    ]);
    expect(stage.log.join('')).toMatch(/files:read/);
  });

  test('5: nor when files.info is allowed and only the download is a page', async () => {
    const stage = await openStage();
    stage.slack.behaviour.loginPages = true;
    const { channel, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual([]);
    expect(stage.says(channel, thread)).toEqual([
      expect.stringMatching(/did not give the film out/),
    ]);
  });

  test('6: no token leaves for the host of an external file, and the thread goes on', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'How is the heart?', [
      film('elsewhere', { external: true }),
    ]);
    await stage.answered(channel, thread, 1);
    expect(slack.files.requests.filter(({ host }) => host === 'elsewhere')).toEqual([]);
    slack.post({ by, channel, thread, text: 'How are the lungs?', films: [film('two')] });
    await stage.answered(channel, thread, 2);
    expect(stage.films).toEqual(['two']);
    expect(stage.says(channel, thread).at(-1)).toBe(SENTENCES.lungs);
  });

  test('7: a Slack Connect file that comes as an id is looked up and read', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const channel = slack.channel('consult', { shared: true });
    const thread = slack.post({
      by: slack.user('resident'),
      channel,
      text: `${slack.mention} How is the heart?`,
      films: [film('stub', { stub: true })],
    });
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual(['stub']);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test('8: an upload that Slack has not processed is waited for', async () => {
    const stage = await openStage();
    const { channel, thread } = askAbout(stage, 'How is the heart?', [
      film('late', { readyAfterMs: 900 }),
    ]);
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual(['late']);
  });

  test.each(['application/octet-stream', ''])(
    '8: a file of the kind "%s" is looked at by its content',
    async (mimetype) => {
      const stage = await openStage();
      const { channel, thread } = askAbout(stage, 'How is the heart?', [
        film('kindless', { mimetype, name: 'IM0001' }),
      ]);
      // No kind may mean that Slack is not ready: it is asked a few times more.
      await stage.answered(channel, thread, 1, 30_000);
      expect(stage.films).toEqual(['kindless']);
    },
  );

  test('9: the film is read at its own size, byte for byte, not from a preview', async () => {
    const stage = await openStage();
    const large = 'large '.repeat(300_000);
    const { channel, thread } = askAbout(stage, 'How is the heart?', [film(large)]);
    await stage.answered(channel, thread, 1);
    expect(stage.films.map((bytes) => bytes.length)).toEqual([large.length]);
  });

  test('10: a photo of a phone is read, and one that cannot be is told what to do, in the thread', async () => {
    const gate = createChestGate(await readGateWeights());
    const stage = await openStage({
      intake: createIntake({ gate, textGate: NO_TEXT, textPolicy: 'mask' }),
    });
    const kind = { name: 'IMG_0001.HEIC', mimetype: 'image/heic' };
    const photo = await readFile('test/fixtures/heic/photo-of-screen.heic');
    const read = askAbout(stage, 'How is the heart?', [{ bytes: photo, ...kind }]);
    await stage.answered(read.channel, read.thread, 1);
    expect(stage.says(read.channel, read.thread)).toEqual([SENTENCES.heart]);
    const cut = askAbout(stage, 'How is the heart?', [
      { bytes: photo.subarray(0, 20_000), ...kind },
    ]);
    await stage.answered(cut.channel, cut.thread, 1);
    expect(stage.says(cut.channel, cut.thread)).toEqual([
      expect.stringMatching(/damaged or cut short.*send it again/),
    ]);
  });

  test('11: a follow-up is asked of the film of its thread', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    slack.post({ by, channel, thread, text: `${slack.mention} How are the lungs?` });
    await stage.answered(channel, thread, 2);
    const { messages } = stage.request('How are the lungs?');
    expect(messages.flatMap(({ images }) => images)).toHaveLength(1);
    expect(messages.map(({ text }) => text)).toContain('How is the heart?');
  });

  test('12: a mention in a thread that was there before finds its film', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const channel = slack.channel('chest');
    const [by, other] = [slack.user('resident'), slack.user('fellow')];
    const thread = slack.post({ by, channel, text: 'Anybody?', films: [film('old')], tell: [] });
    slack.post({ by: other, channel, thread, text: 'No idea', tell: [] });
    const asked = slack.post({
      by: other,
      channel,
      thread,
      text: `${slack.mention} How is the heart?`,
    });
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual(['old']);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    expect(slack.replies(channel, thread)[0]?.ts.localeCompare(asked)).toBe(1);
  });

  test('13: nobody has to mention it again in a thread that began with it', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    slack.post({ by, channel, thread, text: 'How are the lungs?' });
    await stage.answered(channel, thread, 2);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('13: and it is silent when people speak to each other there', async () => {
    const stage = await openStage();
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    slack.post({ by, channel, thread, text: `<@${slack.user('fellow')}> How are the lungs?` });
    await stage.quiet();
    expect(stage.questions).not.toContain('How are the lungs?');
  });

  test.each([[['message', 'app_mention']], [['app_mention', 'message']]] as const)(
    '16: one post that comes as %j is answered once',
    async (tell) => {
      const stage = await openStage();
      const { slack } = stage;
      const channel = slack.channel('chest');
      const thread = slack.post({
        by: slack.user('resident'),
        channel,
        text: `${slack.mention} How is the heart?`,
        films: [film('one')],
        tell,
      });
      await stage.answered(channel, thread, 1);
      await stage.quiet();
      expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
      expect(stage.questions.filter((question) => question === 'How is the heart?')).toHaveLength(
        1,
      );
    },
  );

  test('16: also on Enterprise Grid, where the two name different workspaces', async () => {
    const stage = await openStage({ slack: { enterprise: true } });
    const { channel, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test('17: what was not journalled the first time is answered when it comes again', async () => {
    const stage = await openStage({ slack: { acknowledgeMs: 300 } });
    stage.failStore = true;
    const { channel, thread } = askAbout(stage, 'How is the heart?');
    await stage.slack.until('a retry', () =>
      stage.slack.deliveries.some(({ attempt }) => attempt > 0),
    );
    expect(stage.slack.deliveries.some(({ state }) => state === 'acknowledged')).toBe(false);
    stage.failStore = false;
    await stage.answered(channel, thread, 1);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test('17: and what was answered is not answered again when it comes again', async () => {
    const stage = await openStage();
    const { channel, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    stage.slack.redeliver(channel, thread);
    await stage.quiet();
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
  });

  test.each([false, true])(
    '18: its own picture is no new case, whether the event names its user or not (%s)',
    async (anonymousUploads) => {
      const stage = await openStage({ slack: { anonymousUploads } });
      const { channel, thread } = askAbout(stage, 'Where is the heart?');
      await stage.pictured(channel, thread, 1);
      await stage.quiet();
      expect(stage.films).toEqual(['one']);
      expect(stage.pictures(channel, thread)).toHaveLength(1);
    },
  );

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

  test('23: where history is read once a minute, a thread goes on without it', async () => {
    const stage = await openStage({ slack: { history: 'distributed' } });
    const { slack } = stage;
    const { channel, by, thread } = askAbout(stage, 'How is the heart?');
    await stage.answered(channel, thread, 1);
    const questions = [`${slack.mention} How are the lungs?`, 'How is the heart now?', 'Anything?'];
    for (const [at, text] of questions.entries()) {
      slack.post({ by, channel, thread, text });
      await stage.answered(channel, thread, at + 2);
    }
    expect(stage.questions.slice(1)).toEqual([
      'How are the lungs?',
      'How is the heart now?',
      'Anything?',
    ]);
    expect(stage.calls('conversations.replies')).toBeLessThan(2);
  });

  test('23: and who asks in an old thread that cannot be read yet is not left without an answer', async () => {
    const stage = await openStage({ slack: { history: 'distributed', acknowledgeMs: 1_000 } });
    const { slack } = stage;
    const channel = slack.channel('chest');
    const by = slack.user('resident');
    const askInOldThread = (name: string): string => {
      const thread = slack.post({ by, channel, text: 'Anybody?', films: [film(name)], tell: [] });
      slack.post({ by, channel, thread, text: `${slack.mention} How is the heart?` });
      return thread;
    };
    const threads = [askInOldThread('one'), askInOldThread('two')];
    for (const thread of threads) await stage.answered(channel, thread, 1);
    expect(stage.films).toHaveLength(1);
    const said = new Set(threads.map((thread) => stage.says(channel, thread)[0]));
    expect(said).toEqual(
      new Set([SENTENCES.heart, expect.stringMatching(/^There is no film/) as unknown]),
    );
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

describe('words of a model in Slack', { timeout: 60_000 }, () => {
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

test('every pain that is told in docs/slack.md has a test here, and the other way round', async () => {
  const table = await readFile('docs/slack.md', 'utf8');
  const tests = await readFile('test/adapters/slack/pains.test.ts', 'utf8');
  const numbersIn = (matches: Iterable<RegExpMatchArray>): Set<number> =>
    new Set(Array.from(matches, ([, numbers = '']) => numbers.split(', ').map(Number)).flat());
  const told = numbersIn(table.matchAll(/^\| (\d+(?:, \d+)*) \|/gm));
  const tested = numbersIn(tests.matchAll(/^ +(?:test\()?['"](\d+): /gm));
  expect(told.size).toBeGreaterThan(10);
  expect([...told].filter((number) => !tested.has(number))).toEqual([]);
  expect([...tested].filter((number) => !told.has(number))).toEqual([]);
});
