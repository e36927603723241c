import { expect, test } from 'vitest';
import {
  askAboutNamed,
  CONFIRM,
  FILM,
  FINDS_A_NAME,
  intakeWith,
  publicPart,
  showMe,
} from './named-stage.ts';
import { openStage, SENTENCES, type StageOptions } from './stage.ts';
import type { PermissionName } from '../../support/discord/world.ts';

const A_BUSY_MACHINE_MS = 60_000;

const GRANTED: readonly PermissionName[] = [
  'viewChannel',
  'sendMessages',
  'createPublicThreads',
  'sendMessagesInThreads',
  'attachFiles',
  'readMessageHistory',
];

/** Asks about a film with a name on it where such posts are removed. */
const askWhereRemoved = async ({
  granted = [...GRANTED, 'manageMessages'],
  removesUploads = true,
  ...options
}: {
  readonly granted?: readonly PermissionName[];
  readonly removesUploads?: boolean;
} & Pick<StageOptions, 'intake'> = {}) => {
  let moderators = '';
  const asked = await askAboutNamed({
    ...options,
    discord: { granted },
    prepare: async (stage) => {
      moderators = stage.discord.channel('moderators');
      await stage.reopen({ removesUploads, moderatorsChannels: [moderators] });
    },
  });
  const { stage, message } = asked;
  const [told] = await stage.answered(moderators, 1);
  const isThere = (): boolean => stage.discord.world.messages.get(message)?.deleted === false;
  return { asked, stage, moderators, told: told?.content ?? '', isThere };
};

test(
  'a post with patient data is removed, and moderators are told, without what was found',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const { asked, stage, moderators, told, isThere } = await askWhereRemoved();
    expect(isThere()).toBe(false);
    expect(told).toMatch(/looks like patient data/);
    expect(told).toContain(`<#${stage.discord.threadOf(asked.message)}>. The post was removed.`);
    await stage.quiet();
    expect(stage.discord.replies(moderators)).toHaveLength(1);
    expect(stage.discord.replies(moderators)[0]).toMatchObject({ pictures: [], pings: [] });
    // The film that was masked is still asked about, and read.
    const question = await showMe(asked, await publicPart(asked));
    stage.discord.press(asked.by, question.id, CONFIRM);
    await stage.asked('How is the heart?');
    await stage.quiet();
    expect(stage.says(stage.discord.threadOf(asked.message))).toContain(SENTENCES.heart);
  },
);

test(
  'a post that cannot be removed stays, and moderators and the log are told the permission that is missing',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const { asked, stage, told, isThere } = await askWhereRemoved({ granted: GRANTED });
    expect(isThere()).toBe(true);
    expect(told).toMatch(
      /could not be removed: Wetread lacks the permission Manage Messages there/,
    );
    expect(stage.log.join('')).toMatch(/discord-permission.*Manage Messages/);
    // Its author takes it away: then it is forgotten.
    const { discord } = stage;
    const part = await publicPart(asked);
    discord.delete(asked.message);
    await discord.until('it is forgotten', () => discord.world.messages.get(part.id)?.deleted);
  },
);

test(
  'where posts are not removed, moderators alone are told',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const { told, isThere, stage } = await askWhereRemoved({ removesUploads: false });
    expect(told).toMatch(/The post still shows it\./);
    await stage.quiet();
    expect(isThere()).toBe(true);
  },
);

test(
  'a film that is refused for its text goes the same way',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const { isThere, told } = await askWhereRemoved({ intake: intakeWith(FINDS_A_NAME, 'block') });
    expect(isThere()).toBe(false);
    expect(told).toMatch(/The post was removed\./);
  },
);

test('by itself nothing is removed', { timeout: A_BUSY_MACHINE_MS }, async () => {
  const asked = await askAboutNamed({ discord: { granted: [...GRANTED, 'manageMessages'] } });
  await publicPart(asked);
  await asked.stage.quiet();
  expect(asked.stage.discord.world.messages.get(asked.message)?.deleted).toBe(false);
});

test(
  'a process that died after it removed the post tells moderators once, and the film is still asked about',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const call = 'DELETE /channels/:channel/messages/:message';
    let moderators = '';
    const asked = await askAboutNamed({
      leaseMs: 500,
      discord: { granted: [...GRANTED, 'manageMessages'] },
      prepare: async (stage) => {
        moderators = stage.discord.channel('moderators');
        await stage.reopen({ removesUploads: true, moderatorsChannels: [moderators] });
        stage.discord.fault(call, { kind: 'slow', ms: A_BUSY_MACHINE_MS });
      },
    });
    const { stage } = asked;
    const { discord } = stage;
    await discord.until('it is removed', () => discord.world.messages.get(asked.message)?.deleted);
    await stage.reopen();
    await stage.answered(moderators, 1);
    await stage.quiet();
    expect(stage.says(moderators)).toEqual([expect.stringMatching(/The post was removed\./)]);
    const question = await showMe(asked, await publicPart(asked));
    discord.press(asked.by, question.id, CONFIRM);
    await stage.asked('How is the heart?');
  },
);

test(
  'the post of an older film, asked about by somebody else, is what is removed',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const stage = await openStage({
      intake: intakeWith(FINDS_A_NAME),
      settings: { removesUploads: true },
      discord: { granted: [...GRANTED, 'manageMessages'] },
    });
    const { discord } = stage;
    const channel = discord.channel('chest');
    const films = [{ bytes: FILM }];
    const older = discord.post({ by: discord.user('teacher'), channel, films });
    const text = `${discord.mention} How is the heart?`;
    const question = discord.post({ by: discord.user('resident'), channel, text, replyTo: older });
    await discord.until('it is removed', () => discord.world.messages.get(older)?.deleted);
    await stage.quiet();
    expect(discord.world.messages.get(question)?.deleted).toBe(false);
  },
);

test(
  'moderators of another server are told nothing, and in direct messages nothing is removed',
  { timeout: A_BUSY_MACHINE_MS },
  async () => {
    const stage = await openStage({
      intake: intakeWith(FINDS_A_NAME),
      discord: { granted: [...GRANTED, 'manageMessages'] },
    });
    const { discord } = stage;
    const by = discord.user('resident');
    const elsewhere = discord.direct(discord.user('moderator of another server'));
    await stage.reopen({ removesUploads: true, moderatorsChannels: [elsewhere] });
    const text = `${discord.mention} How is the heart?`;
    const films = [{ bytes: FILM }];
    const message = discord.post({ by, channel: discord.channel('chest'), text, films });
    await discord.until('it is removed', () => discord.world.messages.get(message)?.deleted);
    const direct = discord.post({ by, channel: discord.direct(by), text, films });
    await stage.answered(discord.direct(by), 1);
    await stage.quiet();
    expect(stage.says(elsewhere)).toEqual([]);
    expect(discord.world.messages.get(direct)?.deleted).toBe(false);
    expect(stage.refusals('50013')).toBe(0);
  },
);
