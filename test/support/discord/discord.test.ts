import { Client, Events, GatewayIntentBits, type Message } from 'discord.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDiscord, type Discord } from './discord.ts';

const film = { bytes: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) };

let ahead = 0;
let discord: Discord;
let client: Client | undefined;
beforeEach(async () => {
  ahead = 0;
  discord = await startDiscord({ now: () => Date.now() + ahead });
});
afterEach(async () => {
  await client?.destroy();
  client = undefined;
  await discord.close();
});

const connect = async (intents: GatewayIntentBits[] = ALL): Promise<Client<true>> => {
  client = new Client({ intents, rest: { api: discord.apiUrl, retries: 0 } });
  client.on(Events.ShardError, () => undefined);
  const ready = new Promise((resolve) => client?.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  await ready;
  return client as Client<true>;
};

const ALL = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.MessageContent,
];

/** The next message that somebody posts, as the client hears it. */
const heard = (bot: Client): Promise<Message> =>
  new Promise((resolve) => {
    bot.once(Events.MessageCreate, resolve);
  });

/** A call without the library, which would hide what is tested: its status and what came of it. */
const call = async (
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; answer: Record<string, unknown>; headers: Headers }> => {
  const response = await fetch(`${discord.apiUrl}/v10${path}`, {
    method,
    headers: { authorization: `Bot ${discord.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, answer, headers: response.headers };
};

describe('the loopback Discord', { timeout: 30_000 }, () => {
  test('tells the real discord.js what people say, and shows what it answers', async () => {
    const bot = await connect();
    const channel = discord.channel('teaching');
    const hearing = heard(bot);
    const by = discord.user('resident');
    const id = discord.post({ by, channel, text: `${discord.mention} read`, films: [film] });
    const message = await hearing;
    expect(message.mentions.has(bot.user.id)).toBe(true);
    expect(message.attachments.size).toBe(1);
    const thread = await message.startThread({ name: 'A case' });
    expect(thread.id).toBe(id);
    await thread.send('I see it.');
    expect(discord.replies(thread.id).map(({ content }) => content)).toEqual(['I see it.']);
  });

  test('blanks what is not said to the bot for a client without the intent', async () => {
    const bot = await connect([GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages]);
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const first = heard(bot);
    discord.post({ by, channel, text: 'among people', films: [film] });
    expect(await first).toMatchObject({ content: '' });
    expect((await first).attachments.size).toBe(0);
    const second = heard(bot);
    discord.post({ by, channel, text: `${discord.mention} to you`, films: [film] });
    expect((await second).content).toMatch(/to you/);
    expect((await second).attachments.size).toBe(1);
  });

  test('refuses a wrong token and an intent that is not switched on', async () => {
    client = new Client({ intents: ALL, rest: { api: discord.apiUrl } });
    client.on(Events.ShardError, () => undefined);
    await expect(client.login('wrong.token.here')).rejects.toThrow(/invalid token/i);
    await client.destroy();
    discord.behaviour.contentIntent = false;
    await expect(connect()).rejects.toThrow(/disallowed intents/i);
  });

  test('keeps of an edited message only the files that the edit lists', async () => {
    const bot = await connect();
    const channel = await bot.channels.fetch(discord.channel('teaching'));
    if (channel?.isSendable() !== true) throw new Error('it can be written there');
    const files = [{ attachment: Buffer.from('one'), name: 'one.png', description: 'The first' }];
    const sent = await channel.send({ content: 'words', files });
    expect(discord.shown(sent.id).pictures).toMatchObject([{ altText: 'The first' }]);
    await sent.edit({ content: 'other words' });
    expect(discord.shown(sent.id).pictures).toHaveLength(1);
    await sent.edit({ attachments: [] });
    expect(discord.shown(sent.id).pictures).toHaveLength(0);
  });

  test('posts a nonce once, for some minutes', async () => {
    const channel = discord.channel('teaching');
    const body = { content: 'once', nonce: 'n1', enforce_nonce: true };
    const path = `/channels/${channel}/messages`;
    const first = await call('POST', path, body);
    const again = await call('POST', path, body);
    expect(again.answer['id']).toBe(first.answer['id']);
    ahead = 6 * 60_000;
    const later = await call('POST', path, body);
    expect(later.answer['id']).not.toBe(first.answer['id']);
    const read = await call('GET', `${path}/${String(first.answer['id'])}`);
    expect(read.answer).not.toHaveProperty('nonce');
  });

  test.each([
    [{ content: 'x'.repeat(2_001) }, 400, 50_035],
    [{ content: '  ' }, 400, 50_006],
    [{ content: 'x', nonce: 'n'.repeat(26) }, 400, 50_035],
    [
      {
        content: 'x',
        components: [
          { type: 1, components: [{ type: 2, style: 2, label: 'x', custom_id: 'i'.repeat(101) }] },
        ],
      },
      400,
      50_035,
    ],
  ])('refuses a message beyond its limits (%#)', async (body, status, code) => {
    const channel = discord.channel('teaching');
    const refused = await call('POST', `/channels/${channel}/messages`, body);
    expect(refused).toMatchObject({ status, answer: { code } });
  });

  test('links attachments for a while', async () => {
    const bot = await connect();
    const channel = discord.channel('teaching');
    const hearing = heard(bot);
    discord.post({ by: discord.user('resident'), channel, films: [film] });
    const url = (await hearing).attachments.first()?.url ?? '';
    expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(film.bytes);
    ahead = 25 * 3_600_000;
    expect((await fetch(url)).status).toBe(404);
  });

  test('answers what is asked too often with 429 and says how long to wait', async () => {
    discord.behaviour.rateLimits = true;
    const path = `/channels/${discord.channel('teaching')}/messages`;
    const statuses: number[] = [];
    for (let at = 0; at < 6; at += 1)
      statuses.push((await call('POST', path, { content: 'x' })).status);
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    const { headers } = await call('POST', path, { content: 'x' });
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('drops an interaction after three seconds, and its token after fifteen minutes', async () => {
    await connect();
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const late = discord.command(by, channel, 'help');
    ahead = 4_000;
    const path = ({ id, token }: typeof late): string => `/interactions/${id}/${token}/callback`;
    const answer = { type: 4, data: { content: 'Here.' } };
    expect(await call('POST', path(late), answer)).toMatchObject({ answer: { code: 10_062 } });
    const now = discord.command(by, channel, 'help');
    expect((await call('POST', path(now), answer)).status).toBe(204);
    expect(await call('POST', path(now), answer)).toMatchObject({ answer: { code: 40_060 } });
    const original = `/webhooks/${discord.bot}/${now.token}/messages/@original`;
    expect((await call('PATCH', original, { content: 'There.' })).status).toBe(200);
    ahead += 16 * 60_000;
    expect(await call('PATCH', original, { content: 'x' })).toMatchObject({ status: 401 });
  });

  test('opens one thread from a message, and takes no edits in one that is put away', async () => {
    const channel = discord.channel('teaching');
    const message = discord.post({ by: discord.user('resident'), channel, text: 'hello' });
    const path = `/channels/${channel}/messages/${message}/threads`;
    expect((await call('POST', path, { name: 'A case' })).status).toBe(200);
    expect(await call('POST', path, { name: 'A case' })).toMatchObject({
      answer: { code: 160_004 },
    });
    const sent = await call('POST', `/channels/${message}/messages`, { content: 'x' });
    const thread = discord.world.channels.get(message);
    if (thread !== undefined) thread.archived = true;
    const edit = `/channels/${message}/messages/${String(sent.answer['id'])}`;
    expect(await call('PATCH', edit, { content: 'y' })).toMatchObject({ answer: { code: 50_083 } });
    expect((await call('POST', `/channels/${message}/messages`, { content: 'z' })).status).toBe(
      200,
    );
    expect((await call('PATCH', edit, { content: 'y' })).status).toBe(200);
  });

  test('pings whom a message names, unless that is not allowed', async () => {
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const path = `/channels/${channel}/messages`;
    const content = `<@${by}> @everyone`;
    const loud = await call('POST', path, { content });
    expect(discord.shown(String(loud.answer['id'])).pings).toEqual([by, 'everyone']);
    const quiet = await call('POST', path, { content, allowed_mentions: { parse: [] } });
    expect(discord.shown(String(quiet.answer['id'])).pings).toEqual([]);
  });
});
