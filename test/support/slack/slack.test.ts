import { App, LogLevel } from '@slack/bolt';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readBytes } from './api.ts';
import { startSlack, type Slack } from './slack.ts';

const film = { bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) };

const nothing = (): void => {};
const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};

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
    logger: SILENT,
    clientOptions: { slackApiUrl: slack.apiUrl },
    // The receiver has a client of its own.
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

  test('sends signed requests where it is told to, and acknowledges by their status', async () => {
    const received: { readonly headers: Record<string, unknown>; readonly body: string }[] = [];
    const server = createServer((request, response) => {
      void readBytes(request).then((body) => {
        received.push({ headers: request.headers, body: String(body) });
        response.writeHead(received.length === 1 ? 500 : 200).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    slack.sendEventsTo(`http://127.0.0.1:${port}/slack/events`);
    const channel = slack.channel('chest');
    slack.post({ by: slack.user('resident'), channel, text: 'hello' });
    await slack.until('it is taken', () =>
      slack.deliveries.some(({ state }) => state === 'acknowledged'),
    );
    const [first, second] = received;
    expect(first?.headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/);
    expect(second?.headers['x-slack-retry-num']).toBe('1');
    expect(first?.body).toBe(second?.body);
    slack.command(slack.user('resident'), channel, 'help');
    await slack.until('the command', () => received.length === 3);
    expect(new URLSearchParams(received[2]?.body).get('command')).toBe('/wetread');
    server.closeAllConnections();
    server.close();
  });

  test('lets people press what was posted, and opens a modal with the ticket of the press, once', async () => {
    const channel = slack.channel('chest');
    await connect((bolt) =>
      bolt.action('open', async ({ ack, body, client }) => {
        await ack();
        if (body.type !== 'block_actions') return;
        const view = { type: 'modal', title: { type: 'plain_text', text: 'Where' }, blocks: [] };
        const open = () => client.apiCall('views.open', { trigger_id: body.trigger_id, view });
        await open();
        await expect(open()).rejects.toMatchObject({ data: { error: 'exchanged_trigger_id' } });
      }),
    );
    const button = {
      type: 'button',
      action_id: 'open',
      text: { type: 'plain_text', text: 'Open' },
    };
    const { ts = '' } =
      (await app?.client.chat.postMessage({
        channel,
        text: 'x',
        blocks: [{ type: 'actions', elements: [button] }] as never,
      })) ?? {};
    const delivery = slack.press(slack.user('resident'), channel, ts, 'Open');
    await slack.until('a modal', () => slack.modals.size === 1);
    expect(delivery.kind).toBe('block_actions');
  });

  test('puts a tombstone where a root with replies was, and tells of a change', async () => {
    const channel = slack.channel('chest');
    const by = slack.user('resident');
    const thread = slack.post({ by, channel, text: 'look' });
    const reply = slack.post({ by, channel, thread, text: 'well' });
    slack.delete(channel, thread);
    slack.delete(channel, reply);
    const kinds = slack.deliveries.map(({ payload }) => {
      const { event } = payload as { event: { subtype?: string; message?: { subtype?: string } } };
      return [event.subtype, event.message?.subtype];
    });
    expect(kinds.slice(2)).toEqual([
      ['message_changed', 'tombstone'],
      ['message_deleted', undefined],
    ]);
  });

  test('refuses blocks that Slack refuses, by name', async () => {
    const { client } = await connect();
    const channel = slack.channel('chest');
    const post = (blocks: unknown[]) =>
      client.chat.postMessage({ channel, text: 'x', blocks: blocks as never });
    const section = (length: number) => ({
      type: 'section',
      text: { type: 'mrkdwn', text: 'x'.repeat(length) },
    });
    await expect(post([section(3_001)])).rejects.toMatchObject({
      data: { error: 'invalid_blocks' },
    });
    await expect(post(Array.from({ length: 5 }, () => section(2_900)))).rejects.toMatchObject({
      data: { error: 'msg_blocks_too_long' },
    });
    await expect(post([section(3_000)])).resolves.toMatchObject({ ok: true });
  });

  test('holds the limits of its documentation when it is told to', async () => {
    slack.behaviour.rateLimits = true;
    const channel = slack.channel('chest');
    const root = slack.post({ by: slack.user('resident'), channel, text: 'look' });
    const start = () =>
      fetch(`${slack.apiUrl}chat.startStream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}` },
        body: new URLSearchParams({
          channel,
          thread_ts: root,
          recipient_team_id: slack.team,
          recipient_user_id: slack.user('resident'),
        }),
      });
    const statuses = [];
    for (let count = 0; count < 21; count += 1) statuses.push((await start()).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect((await start()).headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  });
});
