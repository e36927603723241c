import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { askAbout } from './ask-about.ts';
import { film, openStage, SENTENCES } from './stage.ts';
import { NO_TEXT } from '../../support/no-text.ts';

/**
 * What went wrong for other bots on Slack, by number of the list of pains in docs/slack.md: what people say, and their films. Each test fails when
 * the guard it stands for is taken away.
 */

describe('pains of other bots on Slack', () => {
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

  test.each(['address', 'redirect'] as const)(
    "6: nor when a file says that it is Slack's, and its %s leads to another host",
    async (astray) => {
      const stage = await openStage();
      const { channel, thread } = askAbout(stage, 'How is the heart?', [
        film('astray', { astray }),
      ]);
      await stage.answered(channel, thread, 1);
      expect(stage.slack.files.requests.filter(({ host }) => host === 'elsewhere')).toEqual([]);
      expect(stage.says(channel, thread)).toEqual([expect.stringMatching(/lies outside Slack/)]);
    },
  );

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

  test('8: also one that has its address before it can be fetched there', async () => {
    const stage = await openStage();
    const { channel, thread } = askAbout(stage, 'How is the heart?', [
      film('late', { readyAfterMs: 900, addressed: true }),
    ]);
    await stage.answered(channel, thread, 1);
    expect(stage.films).toEqual(['late']);
    expect(stage.slack.files.requests.map(({ outcome }) => outcome)).toContain('not-ready');
  });

  test.each(['application/octet-stream', ''])(
    '8: a file of the kind "%s" is looked at by its content',
    async (mimetype) => {
      const stage = await openStage();
      const { channel, thread } = askAbout(stage, 'How is the heart?', [
        film('kindless', { mimetype, name: 'IM0001' }),
      ]);
      await stage.answered(channel, thread, 1);
      expect(stage.films).toEqual(['kindless']);
      // It was ready, and so nothing was waited for.
      expect(stage.calls('files.info')).toBe(1);
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

  test.each([false, true])(
    '17: what was not journalled the first time is answered when it comes again (over HTTP: %s)',
    async (overHttp) => {
      const stage = await openStage({ overHttp, slack: { acknowledgeMs: 300 } });
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
    },
  );

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

  test('23: and who asks in an old thread that cannot be read yet is told so, and when to ask again', async () => {
    let now = Date.now();
    const stage = await openStage({
      slack: { history: 'distributed', acknowledgeMs: 1_000, now: () => now },
    });
    const { slack } = stage;
    const channel = slack.channel('chest');
    const by = slack.user('resident');
    const text = `${slack.mention} How is the heart?`;
    const postOldThread = (name: string): string =>
      slack.post({ by, channel, text: 'Anybody?', films: [film(name)], tell: [] });
    const first = postOldThread('one');
    slack.post({ by, channel, thread: first, text });
    await stage.answered(channel, first, 1);
    const second = postOldThread('two');
    slack.post({ by, channel, thread: second, text });
    await stage.answered(channel, second, 1);
    expect(stage.says(channel, second)).toEqual([
      expect.stringMatching(/^Slack does not let me read .* mention me again in \d+ seconds\.$/),
    ]);
    expect(stage.films).toEqual(['one']);
    // Slack said when: not once was it asked before.
    const asked = stage.calls('conversations.replies');
    slack.post({ by, channel, thread: second, text: `${slack.mention} help` });
    await stage.answered(channel, second, 2);
    expect(stage.calls('conversations.replies')).toBe(asked);
    expect(stage.refusals('rate-limited')).toBe(1);
    now += 60_000;
    stage.jump(60_000);
    slack.post({ by, channel, thread: second, text });
    await stage.answered(channel, second, 3);
    expect(stage.says(channel, second).at(-1)).toBe(SENTENCES.heart);
    expect(stage.films).toEqual(['one', 'two']);
  });

  test('23: of a long old thread its first messages do, where the rest may not be read yet', async () => {
    const stage = await openStage({ slack: { history: 'distributed' } });
    const { slack } = stage;
    const channel = slack.channel('chest');
    const by = slack.user('resident');
    const thread = slack.post({ by, channel, text: 'Look', films: [film('old')], tell: [] });
    for (let at = 0; at < 20; at += 1)
      slack.post({ by, channel, thread, text: `opinion ${at}`, tell: [] });
    slack.post({ by, channel, thread, text: `${slack.mention} How is the heart?` });
    await stage.answered(channel, thread, 1);
    expect(stage.says(channel, thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['old']);
  });
});
