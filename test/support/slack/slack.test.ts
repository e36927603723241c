import { App, LogLevel } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startSlack, type Slack } from './slack.ts';

const film = { bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) };

let slack: Slack;
let app: App | undefined;
beforeEach(async () => {
  slack = await startSlack({ acknowledgeMs: 300, retryMs: [0, 50] });
});
afterEach(async () => {
  await app?.stop();
  app = undefined;
  await slack.close();
});

const connect = async (listen: (app: App) => void = () => {}): Promise<App> => {
  app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  });
  listen(app);
  await app.start();
  return app;
};

describe('the loopback Slack', () => {
  test('tells the real Bolt app what people say, and shows what it answers', async () => {
    const channel = slack.channel('chest');
    await connect((bolt) =>
      bolt.event('app_mention', async ({ event, say }) => {
        await say({ text: 'I see it.', thread_ts: event.ts });
      }),
    );
    const ts = slack.post({
      by: slack.user('resident'),
      channel,
      text: `${slack.mention} read`,
      films: [film],
    });
    await slack.until('a reply', () => slack.replies(channel, ts).length === 1);
    expect(slack.thread(channel, ts).map(({ by, text }) => [by, text])).toEqual([
      [slack.user('resident'), `${slack.mention} read`],
      ['bot', 'I see it.'],
    ]);
  });

  test('sends an event again until it is acknowledged, and says so', async () => {
    const retries: unknown[] = [];
    await connect((bolt) => bolt.use(async ({ context }) => void retries.push(context.retryNum)));
    slack.sockets.stall();
    slack.post({ by: slack.user('resident'), channel: slack.channel('chest'), text: 'hello' });
    await slack.until('the first goes unheard', () => slack.deliveries.length >= 2);
    expect(slack.deliveries.map(({ attempt, reason }) => [attempt, reason])).toEqual([
      [0, undefined],
      [1, 'timeout'],
    ]);
  });

  test('holds what happens while nobody is connected', async () => {
    const channel = slack.channel('chest');
    slack.post({ by: slack.user('resident'), channel, text: 'hello' });
    const heard: unknown[] = [];
    await connect((bolt) => bolt.event('message', async ({ event }) => void heard.push(event.ts)));
    await slack.until('it is told', () => heard.length === 1);
    expect(heard).toHaveLength(1);
  });

  test('names the scope that is missing', async () => {
    slack.behaviour.scopes = new Set(['files:read']);
    const { client } = await connect();
    await expect(
      client.chat.postMessage({ channel: slack.channel('chest'), text: 'x' }),
    ).rejects.toMatchObject({ data: { error: 'missing_scope', needed: 'chat:write' } });
  });

  test('shares an upload only after it was completed, in its thread, with its words', async () => {
    slack.behaviour.shareMs = 80;
    const { client } = await connect();
    const channel = slack.channel('chest');
    const root = slack.post({ by: slack.user('resident'), channel, text: 'look' });
    const { upload_url: url, file_id: id } = (await client.apiCall('files.getUploadURLExternal', {
      filename: 'a.png',
      length: film.bytes.length,
      alt_txt: 'A film with a box',
    })) as { upload_url?: string; file_id?: string };
    await fetch(url ?? '', { method: 'POST', body: film.bytes });
    await client.apiCall('files.completeUploadExternal', {
      files: [{ id }],
      channel_id: channel,
      thread_ts: root,
      initial_comment: 'The film',
    });
    expect(slack.replies(channel, root)).toEqual([]);
    const [reply] = await slack.until('the share', () => {
      const replies = slack.replies(channel, root);
      return replies.length > 0 && replies;
    });
    expect(reply?.text).toBe('The film');
    expect(reply?.pictures[0]?.altText).toBe('A film with a box');
    expect(Buffer.from(reply?.pictures[0]?.bytes ?? [])).toEqual(Buffer.from(film.bytes));
  });

  test('closes a stream after five minutes of its clock, whatever comes', async () => {
    let now = Date.now();
    const timed = await startSlack({ now: () => now });
    const channel = timed.channel('chest');
    const root = timed.post({ by: timed.user('resident'), channel, text: 'look' });
    const call = (method: string, args: Record<string, string>) =>
      fetch(`${timed.apiUrl}${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${timed.botToken}` },
        body: new URLSearchParams({ channel, ...args }),
      }).then(
        async (response) => (await response.json()) as { ok: boolean; ts: string; error: string },
      );
    const { ts } = await call('chat.startStream', {
      thread_ts: root,
      recipient_user_id: timed.user('resident'),
      recipient_team_id: timed.team,
    });
    now += 4 * 60_000;
    expect(await call('chat.appendStream', { ts, markdown_text: 'one' })).toMatchObject({
      ok: true,
    });
    expect(await call('chat.update', { ts, text: 'two' })).toMatchObject({
      error: 'streaming_state_conflict',
    });
    now += 60_000;
    expect(await call('chat.appendStream', { ts, markdown_text: 'two' })).toMatchObject({
      error: 'message_not_in_streaming_state',
    });
    expect(timed.replies(channel, root).map(({ text }) => text)).toEqual(['one']);
    await timed.close();
  });

  test('answers a download without the scope with a page to sign in', async () => {
    slack.post({
      by: slack.user('resident'),
      channel: slack.channel('chest'),
      films: [
        film,
        { ...film, external: true },
        { ...film, stub: true },
        { ...film, readyAfterMs: 60_000 },
      ],
    });
    const [delivery] = slack.deliveries;
    const { event } = (delivery?.payload ?? {}) as { event: { files: Record<string, string>[] } };
    const [hosted, external, stub, unready] = event.files;
    expect(hosted).toBeDefined();
    const get = (token: string) =>
      fetch(hosted?.['url_private'] ?? '', { headers: { authorization: `Bearer ${token}` } });
    expect((await get(slack.botToken)).headers.get('content-type')).toBe('image/png');
    expect(await (await get('wrong')).text()).toContain('Sign in');
    slack.behaviour.scopes = new Set();
    expect((await get(slack.botToken)).headers.get('content-type')).toContain('text/html');
    expect(new URL(external?.['url_private'] ?? '').host).not.toBe(new URL(slack.apiUrl).host);
    expect(stub).toEqual({
      id: stub?.['id'],
      mode: 'file_access',
      file_access: 'check_file_info',
    });
    expect(unready).toMatchObject({ mimetype: '' });
    expect(unready).not.toHaveProperty('url_private');
  });
});
