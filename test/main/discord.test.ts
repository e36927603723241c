import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { startDiscord, type Discord, type DiscordOptions } from '../support/discord/discord.ts';
import { emptyFolder, startProgram } from './start-program.ts';
import { addressOf, SERVE } from './start-server.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

const A_BUSY_MACHINE_MS = 120_000;

const open = async (options?: DiscordOptions): Promise<Discord> => {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.close());
  return discord;
};

/** The settings of a server or a command that is to join this Discord, with the demo checkpoint. */
const settingsFor = async (discord: Discord): Promise<Record<string, string>> => ({
  DATA_DIR: await emptyFolder(),
  PORT: '0',
  DEMO_IN_CHAT: 'on',
  DISCORD_API_URL: discord.apiUrl,
  DISCORD_BOT_TOKEN: discord.token,
});

describe('a server that joins Discord', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('answers with the demo checkpoint, and ends with 0 when told to', async () => {
    const discord = await open();
    const program = startProgram(SERVE, await settingsFor(discord));
    const url = await addressOf(program);
    await discord.until('it is connected', () => discord.gateway.identified > 0, 30_000);
    const files = (await readdir('assets/films')).filter((file) => file.endsWith('.png'));
    const bytes = await readFile(join('assets/films', files.toSorted()[0] ?? ''));
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const text = `${discord.mention} Where is the right lung?`;
    const message = discord.post({ by, channel, text, films: [{ bytes }] });
    const reply = await discord.until(
      'a picture',
      () => discord.replies(discord.threadOf(message)).find(({ pictures }) => pictures.length > 0),
      60_000,
    );
    // The demo says that it is one, names what was asked for, and draws it.
    expect(reply.words).toMatch(/demonstration model.*right lung/s);
    expect(reply.pictures[0]?.altText).toMatch(/right lung/);
    expect(await (await fetch(`${url}ready`)).json()).toMatchObject({
      connections: { web: 'connected', discord: 'connected' },
    });
    expect(await (await fetch(`${url}metrics`)).text()).toMatch(
      /wetread_platform_connected\{platform="discord"\} 1/,
    );
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(0);
  });

  test('goes on with the page when the token is wrong, and says why', async () => {
    const discord = await open();
    discord.accepts('another.token.of-the-bot');
    const program = startProgram(SERVE, await settingsFor(discord));
    const url = await addressOf(program);
    expect((await fetch(`${url}web/about`)).status).toBe(200);
    await discord.until('a log line', () => program.errors().includes('discord-token'), 30_000);
    expect(program.errors()).not.toContain(discord.token);
  });

  test('leaves the demonstration model out of Discord unless it is told', async () => {
    const discord = await open();
    const program = startProgram(SERVE, { ...(await settingsFor(discord)), DEMO_IN_CHAT: '' });
    await addressOf(program);
    expect(program.errors()).toMatch(/DEMO_IN_CHAT=on/);
    expect(discord.calls).toEqual([]);
  });
});

describe('wetread doctor', { timeout: A_BUSY_MACHINE_MS }, () => {
  const examine = async (
    discord: Discord,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; found: string }> => {
    const args = [resolve('bin/wetread.mjs'), 'doctor', '--json'];
    const program = startProgram(args, { ...(await settingsFor(discord)), ...more });
    const code = await program.exitCode;
    return { code, found: program.output() };
  };

  test('is content with a bot that was invited by its link, and gives the link', async () => {
    const { code, found } = await examine(await open());
    expect(found).toMatch(/DISCORD_BOT_TOKEN is of application \d+.*oauth2\/authorize/);
    expect(code).toBe(0);
  });

  test('names the permission that is missing', async () => {
    const { code, found } = await examine(await open({ granted: ['viewChannel'] }));
    expect(found).toMatch(/lacks Send Messages, .*Attach Files/);
    expect(code).not.toBe(0);
  });

  test('names the permission to remove posts where they are to be removed', async () => {
    const { code, found } = await examine(await open(), { DISCORD_REMOVE_UPLOADS: 'on' });
    expect(found).toMatch(/lacks Manage Messages in server .*permissions=309237754880/s);
    expect(code).not.toBe(0);
  });

  test('says what the missing intent costs, which is no failure', async () => {
    const { code, found } = await examine(await open({ contentIntent: false }));
    expect(found).toMatch(/Message Content intent/);
    expect(code).toBe(0);
  });

  test('names the token that is wrong, and never shows it', async () => {
    const discord = await open();
    discord.accepts('another.token.of-the-bot');
    const { code, found } = await examine(discord);
    expect(found).toMatch(/does not accept DISCORD_BOT_TOKEN/);
    expect(found).not.toContain(discord.token);
    expect(code).not.toBe(0);
  });
});
