import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { namedFilm } from '../../support/named-film.ts';
import {
  askAboutNamed,
  CONFIRM,
  FILM,
  FINDS_A_NAME,
  intakeWith,
  publicPart,
  SHOW,
  showMe,
  type Asked,
} from './named-stage.ts';
import { openStage, SENTENCES, type Stage } from './stage.ts';

const A_BUSY_MACHINE_MS = 60_000;

/** Everything that somebody else sees, from now on, at any time, in whatever is there. */
const watchAs = (stage: Stage, viewer: string): Set<string> => {
  const { discord } = stage;
  const seen = new Set<string>();
  discord.world.onChange(() => {
    for (const channel of discord.world.channels.values()) {
      if (channel.guild === undefined) continue;
      for (const { author, words, notices, pictures, buttons } of discord.messages(
        channel.id,
        viewer,
      ))
        if (author === discord.bot)
          seen.add(JSON.stringify([words, notices, pictures.length, buttons.map((b) => b.label)]));
    }
  });
  return seen;
};

const answerIn = ({ stage, message }: Asked) =>
  stage.discord.until('the answer', () =>
    stage.discord
      .replies(stage.discord.threadOf(message))
      .find(({ words }) => words.includes(SENTENCES.heart)),
  );

describe('a film with a name on it', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('is asked about where only whoever asked sees it, with the masked film', async () => {
    let seen = new Set<string>();
    const asked = await askAboutNamed({
      prepare: (stage) => {
        seen = watchAs(stage, stage.discord.user('fellow'));
      },
    });
    const part = await publicPart(asked);
    expect(part).toMatchObject({ pictures: [], buttons: [{ label: SHOW }] });
    expect(part.words).toMatch(/a question about this film, which only whoever asked can see/);
    const question = await showMe(asked, part);
    expect(question.words).toMatch(/looks like patient data.*masked.*Delete Message/s);
    expect(question.pictures).toEqual([
      expect.objectContaining({ altText: expect.stringMatching(/masked/) as unknown }),
    ]);
    expect(question.buttons.map(({ label }) => label)).toEqual([CONFIRM, 'Leave it']);
    await asked.stage.quiet();
    for (const one of seen) expect(one).not.toMatch(/patient|mask/i);
    for (const one of seen) expect(JSON.parse(one)).toMatchObject({ 2: 0 });
  });

  test('is read in its thread once that is confirmed, and the reply says what was masked', async () => {
    const asked = await askAboutNamed();
    const { stage, by } = asked;
    const part = await publicPart(asked);
    const question = await showMe(asked, part);
    stage.discord.press(by, question.id, CONFIRM);
    const answer = await answerIn(asked);
    expect(answer.notices).toMatch(/masked before anything was kept \(1 place\)/);
    await stage.quiet();
    expect(stage.questions).toEqual(['How is the heart?']);
    // What was answered is not asked any more, and its picture is gone.
    expect(stage.discord.shown(question.id)).toMatchObject({ buttons: [], pictures: [] });
    expect(stage.discord.shown(part.id).buttons).toEqual([]);
  });

  test('is not read when something is left', async () => {
    const asked = await askAboutNamed();
    const { stage, by, message } = asked;
    const question = await showMe(asked, await publicPart(asked));
    stage.discord.press(by, question.id, 'Leave it');
    const { discord } = stage;
    await discord.until('it is left', () =>
      stage.says(discord.threadOf(message)).some((words) => words.includes('it is not read')),
    );
    expect(stage.questions).toEqual([]);
  });

  test('is shown to nobody else, and confirmed by nobody else, a moderator either', async () => {
    const asked = await askAboutNamed();
    const { stage, other, message } = asked;
    const { discord } = stage;
    const part = await publicPart(asked);
    const moderator = discord.user('chief', { moderator: true });
    for (const person of [other, moderator]) {
      const pressed = discord.press(person, part.id, SHOW);
      await discord.until('a word', () => discord.whispers(pressed).length > 0);
      expect(discord.whispers(pressed)).toEqual([expect.stringMatching(/for whoever asked/)]);
      const thread = discord.threadOf(message);
      expect(discord.messages(thread, person).every(({ pictures }) => pictures.length === 0)).toBe(
        true,
      );
      discord.post({ by: person, channel: thread, text: `${discord.mention} yes` });
    }
    await stage.quiet();
    expect(stage.questions).not.toContain('How is the heart?');
  });

  test('can be asked for again, also after a restart', async () => {
    const asked = await askAboutNamed();
    const { stage, by } = asked;
    const part = await publicPart(asked);
    await showMe(asked, part);
    await stage.reopen();
    const again = await showMe(asked, part);
    expect(again.pictures).toHaveLength(1);
    stage.discord.press(by, again.id, CONFIRM);
    await answerIn(asked);
  });

  test('which is left unasked by a process that died is asked about once, of whoever asked', async () => {
    const call = 'POST /channels/:channel/messages';
    const asked = await askAboutNamed({
      leaseMs: 500,
      prepare: ({ discord }) => discord.fault(call, { kind: 'slow', ms: A_BUSY_MACHINE_MS }),
    });
    const { stage, by } = asked;
    await stage.discord.until(call, () => stage.discord.faultsLeft(call) === 0);
    await stage.reopen();
    const part = await publicPart(asked);
    const question = await showMe(asked, part);
    stage.discord.press(by, question.id, CONFIRM);
    await answerIn(asked);
    await stage.quiet();
    const replies = stage.discord.replies(stage.discord.threadOf(asked.message));
    expect(replies.filter(({ words }) => words.includes('a question'))).toHaveLength(1);
  });

  test('is asked about and read in the channel where no thread can be opened', async () => {
    const asked = await askAboutNamed({
      prepare: ({ discord }) => discord.deny(discord.channel('chest'), 'createPublicThreads'),
    });
    const { stage, by, channel } = asked;
    const [part] = await stage.answered(channel, 1);
    if (part === undefined) throw new Error('there is a reply');
    const question = await showMe(asked, part);
    stage.discord.press(by, question.id, CONFIRM);
    const answer = await stage.discord.until('the answer', () =>
      stage.discord.replies(channel).find(({ words }) => words.includes(SENTENCES.heart)),
    );
    // It goes on as the same case.
    const text = `${stage.discord.mention} How are the lungs?`;
    stage.discord.post({ by, channel, text, replyTo: answer.id });
    await stage.asked('How are the lungs?');
    expect(stage.questions).toEqual(['How is the heart?', 'How are the lungs?']);
  });

  test('which comes with a command in a thread is not shown there', async () => {
    const stage = await openStage({ intake: intakeWith(FINDS_A_NAME) });
    const { discord } = stage;
    const channel = discord.channel('chest');
    const [by, other] = [discord.user('resident'), discord.user('fellow')];
    const thread = discord.thread(by, discord.post({ by, channel, text: 'A case' }));
    const seen = watchAs(stage, other);
    discord.command(by, thread, 'read', { film: { bytes: FILM }, question: 'How is the heart?' });
    const [part] = await stage.answered(thread, 1);
    expect(part).toMatchObject({ pictures: [], buttons: [{ label: SHOW }] });
    await stage.quiet();
    for (const one of seen) expect(one).not.toMatch(/patient|mask/i);
  });

  test('which is to be a teaching case is asked about first, and then becomes one', async () => {
    const stage = await openStage({ intake: intakeWith(FINDS_A_NAME) });
    const { discord } = stage;
    const channel = discord.channel('chest');
    const [by, other] = [discord.user('teacher'), discord.user('learner')];
    discord.command(by, channel, 'quiz', { film: { bytes: FILM } });
    const [head] = await stage.answered(channel, 1);
    const asked = { stage, channel, by, other, message: head?.id ?? '' };
    const question = await showMe(asked, await publicPart(asked));
    discord.press(by, question.id, CONFIRM);
    const post = await discord.until('a case', () =>
      discord
        .replies(discord.threadOf(asked.message))
        .find(({ buttons }) => buttons.some(({ label }) => label === 'Answer in words')),
    );
    expect(post.pictures).toHaveLength(1);
  });

  test('is asked about where it was sent when that is a direct message', async () => {
    const stage = await openStage({ intake: intakeWith(FINDS_A_NAME) });
    const { discord } = stage;
    const by = discord.user('resident');
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [{ bytes: FILM }] });
    const [question] = await stage.answered(direct, 1);
    expect(question?.words).toMatch(/masked.*Delete Message/s);
    expect(question?.pictures).toHaveLength(1);
    discord.press(by, question?.id ?? '', CONFIRM);
    await discord.until('the answer', () =>
      stage.says(direct).some((words) => words.includes(SENTENCES.heart)),
    );
  });
});

describe('a real name', () => {
  const textGate = createTextGate({ threads: 1, logger: createLogger('silent') });
  afterAll(() => textGate.close());

  test('is in nothing that goes to Discord or into the log', async () => {
    const intake = intakeWith(textGate);
    const asked = await askAboutNamed({ bytes: await namedFilm(), intake });
    const { stage, by, message } = asked;
    const { discord } = stage;
    const question = await showMe(asked, await publicPart(asked));
    discord.press(by, question.id, CONFIRM);
    await answerIn(asked);
    const said = [...discord.world.messages.values()].filter(
      ({ author }) => author === discord.bot,
    );
    const names = [discord.threadOf(message)].map((id) => discord.world.channels.get(id)?.name);
    expect(JSON.stringify([said, names, stage.log])).not.toMatch(/okonkwo|1956/i);
    const { data, info } = await sharp(question.pictures[0]?.bytes)
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const found = await textGate.find({ data, width: info.width, height: info.height });
    expect(found.filter(({ kind }) => kind !== 'marker')).toEqual([]);
  }, 120_000);
});
