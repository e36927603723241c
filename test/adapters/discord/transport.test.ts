import { describe, expect, test } from 'vitest';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

const ask = (stage: Stage, text = 'How is the heart?'): string => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const by = discord.user('resident');
  return discord.post({ by, channel, text: `${discord.mention} ${text}`, films: [film('one')] });
};

describe('the gateway', { timeout: 60_000 }, () => {
  test('may drop while a reply is written, which goes on', async () => {
    const stage = await openStage();
    stage.hold();
    const message = ask(stage);
    await stage.asked('How is the heart?');
    stage.discord.gateway.drop();
    stage.release();
    const thread = await stage.caseOf(message);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('resumes with what was said meanwhile, each answered once and in order', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    discord.gateway.silent = true;
    const by = discord.user('student');
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    discord.post({ by, channel: thread, text: 'How is the heart?' });
    discord.gateway.silent = false;
    discord.gateway.replaysAll = true;
    discord.gateway.drop();
    await stage.answered(thread, 3);
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs, SENTENCES.heart]);
    expect(discord.gateway).toMatchObject({ identified: 1, resumed: 1 });
  });

  test('that cannot resume begins anew, and threads and direct messages are read on', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    const by = discord.user('student');
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 1);
    discord.gateway.forgetful = true;
    discord.gateway.silent = true;
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    discord.post({ by, channel: direct, text: 'How are the lungs?' });
    discord.gateway.silent = false;
    discord.gateway.drop();
    await stage.answered(thread, 2);
    await stage.answered(direct, 2);
    expect(discord.gateway.identified).toBe(2);
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('comes again when Discord asks for that', async () => {
    const stage = await openStage();
    stage.discord.gateway.reconnect();
    await stage.discord.until('it resumes', () => stage.discord.gateway.resumed === 1);
    const thread = await stage.caseOf(ask(stage));
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });
});

describe('after a restart', { timeout: 60_000 }, () => {
  test('what was said in its threads and direct messages meanwhile is answered, once', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const message = ask(stage);
    const thread = await stage.caseOf(message);
    const by = discord.user('student');
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 1);
    await stage.shut();
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    discord.post({ by, channel: direct, text: 'How are the lungs?' });
    await stage.open();
    await stage.answered(thread, 2);
    await stage.answered(direct, 2);
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
    expect(stage.says(direct)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('a moderator who spoke meanwhile is still one', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage, 'Where is the heart?'));
    await stage.shut();
    const by = discord.user('teacher', { moderator: true });
    discord.post({ by, channel: thread, text: 'forget' });
    expect(discord.replies(thread)[0]?.pictures).toHaveLength(1);
    await stage.open();
    await discord.until(
      'the member is asked for',
      () => stage.calls('GET /guilds/:guild/members/:user') > 0,
    );
    await discord.until('the picture is gone', () =>
      discord.replies(thread).every(({ pictures }) => pictures.length === 0),
    );
    expect(stage.says(thread)).not.toContain(SENTENCES.place);
  });
});

describe('a message that cannot be journalled', { timeout: 60_000 }, () => {
  test('is kept and tried again, as Discord does not tell it twice', async () => {
    const stage = await openStage();
    stage.failStore = true;
    const message = ask(stage);
    await stage.pause(700);
    stage.failStore = false;
    const thread = await stage.caseOf(message);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });
});

describe('an interaction', { timeout: 60_000 }, () => {
  test('is answered in time although the journal is slow, and then done', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    const [reply] = discord.replies(thread);
    stage.storeMs = 4_000;
    const by = discord.user('student');
    const press = discord.press(by, reply?.id ?? '', 'Report');
    const typed = discord.command(by, thread, 'read', { question: 'How are the lungs?' });
    await discord.until('both are heard', () => press.answered && typed.answered);
    await stage.answered(thread, 3);
    await stage.quiet();
    expect(stage.says(thread).toSorted()).toEqual(
      [SENTENCES.heart, 'Nothing of note.', SENTENCES.lungs].toSorted(),
    );
    expect(stage.refusals('10062')).toBe(0);
  });

  test('that cannot be journalled is said to be lost', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    const [reply] = discord.replies(thread);
    stage.failStore = true;
    const press = discord.press(discord.user('student'), reply?.id ?? '', 'Report');
    await discord.until('an explanation', () => discord.whispers(press).length > 0);
    expect(discord.whispers(press)[0]).toMatch(/could not be kept/);
    expect(stage.refusals('10062')).toBe(0);
  });

  test('whose fifteen minutes are over is answered by a normal message', async () => {
    let ahead = 0;
    const stage = await openStage({ discord: { now: () => Date.now() + ahead } });
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    stage.hold();
    discord.command(discord.user('student'), thread, 'read', { question: 'How are the lungs?' });
    await stage.asked('How are the lungs?');
    ahead = 16 * 60_000;
    stage.release();
    await stage.answered(thread, 2);
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
    expect(stage.refusals('50027')).toBe(0);
  });
});

describe('a thread that was put away', { timeout: 60_000 }, () => {
  test('is opened again for a reply that is to be edited there', async () => {
    const stage = await openStage();
    const { discord } = stage;
    stage.paceMs = 300;
    const message = ask(stage);
    const thread = await discord.until('a thread', () => discord.threadOf(message) || undefined);
    await discord.until('a draft', () => discord.replies(thread).length > 0);
    const there = discord.world.channels.get(thread);
    if (there !== undefined) there.archived = true;
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('and locked gets no reply, which is logged and keeps nobody waiting', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const thread = await stage.caseOf(ask(stage));
    const there = discord.world.channels.get(thread);
    stage.hold();
    discord.post({ by: discord.user('student'), channel: thread, text: 'How are the lungs?' });
    await stage.asked('How are the lungs?');
    if (there !== undefined) {
      there.archived = true;
      there.locked = true;
    }
    stage.release();
    await discord.until('it is logged', () => stage.log.join('').includes('160005'));
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('messages that are too old to be edited often are said anew', async () => {
    let ahead = 0;
    const discordOptions = { now: () => Date.now() + ahead, oldEdits: 0 };
    const stage = await openStage({ discord: discordOptions });
    const { discord } = stage;
    stage.hold();
    const message = ask(stage);
    const thread = await discord.until('a thread', () => discord.threadOf(message) || undefined);
    await discord.until('a draft', () => discord.replies(thread).length > 0);
    ahead = 2 * 3_600_000;
    stage.release();
    await stage.answered(thread, 1);
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });
});
