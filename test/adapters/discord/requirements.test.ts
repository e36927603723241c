import { PermissionsBitField } from 'discord.js';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import {
  inviteLink,
  neededPermissions,
  PERMISSIONS,
  type NeededPermission,
} from '../../../src/adapters/discord/requirements.ts';
import type { PermissionName } from '../../support/discord/world.ts';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

const ALL: Readonly<Record<NeededPermission, PermissionName>> = {
  ViewChannel: 'viewChannel',
  SendMessages: 'sendMessages',
  CreatePublicThreads: 'createPublicThreads',
  SendMessagesInThreads: 'sendMessagesInThreads',
  AttachFiles: 'attachFiles',
  ReadMessageHistory: 'readMessageHistory',
  ManageMessages: 'manageMessages',
};

const NEEDED = neededPermissions({ removesUploads: false });

const without = (lacking: NeededPermission) => ({
  discord: { granted: NEEDED.filter((one) => one !== lacking).map((one) => ALL[one]) },
});

/** A film with a mention, in reply to an older one, whose answer has a picture. */
const ask = (stage: Stage): { channel: string; message: string; by: string; older: string } => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const older = discord.post({ by: discord.user('teacher'), channel, films: [film('one')] });
  const by = discord.user('resident');
  const text = `${discord.mention} Where is the heart?`;
  return { channel, by, older, message: discord.post({ by, channel, text, replyTo: older }) };
};

describe('the invite link', { timeout: 60_000 }, () => {
  test.each([
    ['as it comes', { removesUploads: false }],
    ['when posts with patient data are removed', { removesUploads: true }],
  ])('asks for what is needed, for no more, and for commands: %s', async (_, settings) => {
    const needed = neededPermissions(settings);
    expect(needed.includes('ManageMessages')).toBe(settings.removesUploads);
    const link = new URL(inviteLink('123', needed));
    const asked = new PermissionsBitField(BigInt(link.searchParams.get('permissions') ?? '0'));
    expect(asked.toArray().toSorted()).toEqual(needed.toSorted());
    expect(link.searchParams.get('scope')).toBe('bot applications.commands');
    expect(link.searchParams.get('client_id')).toBe('123');
    const docs = await readFile('docs/discord.md', 'utf8');
    const bitfield = new PermissionsBitField(needed).bitfield.toString();
    expect(docs).toContain(`permissions=${bitfield}`);
    for (const { name } of Object.values(PERMISSIONS)) expect(docs).toContain(`*${name}*`);
  });

  test('with these alone everything works: no call is refused', async () => {
    const stage = await openStage({ discord: { granted: NEEDED.map((one) => ALL[one]) } });
    const { older } = ask(stage);
    const thread = await stage.caseOf(older);
    expect(stage.discord.replies(thread)[0]).toMatchObject({
      words: SENTENCES.place,
      pictures: [{}],
    });
    await stage.quiet();
    expect(stage.refusals('50013') + stage.refusals('50001')).toBe(0);
  });
});

describe('without a permission', { timeout: 60_000 }, () => {
  test('to open threads the answer comes in the channel, and names it; replies to it go on there', async () => {
    const stage = await openStage(without('CreatePublicThreads'));
    const { discord } = stage;
    const { channel, by } = ask(stage);
    const [reply] = await stage.answered(channel, 1);
    expect(reply?.words).toBe(SENTENCES.place);
    expect(reply?.notices).toMatch(/lacks the permission Create Public Threads/);
    discord.post({ by, channel, text: 'How are the lungs?', replyTo: reply?.id ?? '' });
    await stage.answered(channel, 2);
    expect(stage.says(channel).at(-1)).toBe(SENTENCES.lungs);
  });

  test('to write in threads the answer comes in the channel, and names it', async () => {
    const stage = await openStage(without('SendMessagesInThreads'));
    const { channel } = ask(stage);
    const [reply] = await stage.answered(channel, 1);
    expect(reply?.words).toBe(SENTENCES.place);
    expect(reply?.notices).toMatch(/lacks the permission Send Messages in Threads/);
  });

  test('to attach files the words come without the picture, and name it', async () => {
    const stage = await openStage(without('AttachFiles'));
    const thread = await stage.caseOf(ask(stage).older);
    const [reply] = stage.discord.replies(thread);
    expect(reply).toMatchObject({ words: SENTENCES.place, pictures: [] });
    expect(reply?.notices).toMatch(/lacks the permission Attach Files/);
  });

  test('to write at all whoever asked is told in a direct message, and the log names it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    discord.deny(channel, 'sendMessages', 'sendMessagesInThreads');
    const { by } = ask(stage);
    const direct = discord.direct(by);
    await discord.until('a direct message', () => discord.replies(direct).length > 0);
    expect(stage.says(direct)[0]).toMatch(/lacks the permission .*Send Messages in Threads/);
    expect(stage.log.join('')).toMatch(/discord-permission/);
    // Other ways in go on.
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 2);
    expect(stage.says(direct)[1]).toBe(SENTENCES.heart);
  });

  test('to read history a film of before is not found, and a film that comes with the question is read', async () => {
    const stage = await openStage(without('ReadMessageHistory'));
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const teacher = discord.user('teacher');
    const thread = discord.thread(
      teacher,
      discord.post({ by: teacher, channel, films: [film('x')] }),
    );
    discord.post({ by, channel: thread, text: `${discord.mention} How is the heart?` });
    await stage.answered(thread, 1);
    expect(stage.says(thread)[0]).toMatch(/no film/);
    expect(stage.log.join('')).toMatch(/what was said before in a thread was not read/);
    const text = `${discord.mention} How is the heart?`;
    const other = await stage.caseOf(discord.post({ by, channel, text, films: [film('one')] }));
    expect(stage.says(other)).toEqual([SENTENCES.heart]);
  });

  test('to see the channel a command is told so', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    discord.deny(channel, 'viewChannel');
    const typed = discord.command(discord.user('resident'), channel, 'read', { film: film('one') });
    await discord.until('an explanation', () => discord.whispers(typed).length > 0);
    expect(discord.whispers(typed)[0]).toMatch(/lacks the permission View Channels/);
  });
});

describe('without the Message Content intent', { timeout: 60_000 }, () => {
  const blind = { discord: { contentIntent: false } };

  test('mentions are answered, and the first reply says that follow-ups need one', async () => {
    const stage = await openStage(blind);
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    const thread = await stage.caseOf(discord.post({ by, channel, text, films: [film('one')] }));
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(discord.replies(thread)[0]?.notices).toMatch(/Mention Wetread in every question here/);
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.quiet();
    expect(stage.says(thread)).toHaveLength(1);
    discord.post({ by, channel: thread, text: `${discord.mention} How are the lungs?` });
    await stage.answered(thread, 2);
    expect(stage.log.join('')).toMatch(/discord-intent/);
  });

  test('"Read this X-ray" and direct messages work', async () => {
    const stage = await openStage(blind);
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const message = discord.post({ by: discord.user('teacher'), channel, films: [film('one')] });
    const by = discord.user('resident');
    discord.menu(by, message, 'Read this X-ray');
    await stage.caseOf(message);
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 1);
    expect(stage.films).toEqual(['one', 'two']);
  });

  test('a mention that replies to a film says what is missing', async () => {
    const stage = await openStage(blind);
    const { channel, message } = ask(stage);
    const [reply] = await stage.answered(channel, 1);
    expect(reply?.words).toMatch(/Read this X-ray/);
    expect(reply?.answers).toBe(message);
  });

  test('it is done without when Discord refuses it although it is said to be on', async () => {
    const stage = await openStage({ connects: false });
    stage.discord.gateway.refusesContent = true;
    await stage.discord.until(
      'it connects all the same',
      () => stage.connection === 'connected',
      30_000,
    );
    expect(stage.log.join('')).toMatch(/discord-intent/);
  });
});

describe('a token that Discord does not accept', { timeout: 60_000 }, () => {
  test('is named in the log once, never shown, and tried again until it is accepted', async () => {
    const settings = { botToken: 'wrong.token.of-the-bot' };
    const stage = await openStage({ settings, connects: false });
    await stage.discord.until('it is logged', () => stage.log.join('').includes('discord-token'));
    await stage.pause(2_500);
    const log = stage.log.join('');
    expect(log).not.toContain('wrong.token');
    expect(log.match(/"level":50/g)).toHaveLength(1);
    stage.discord.accepts('wrong.token.of-the-bot');
    await stage.connected();
  });
});
