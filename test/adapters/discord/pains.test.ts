import { describe, expect, test } from 'vitest';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

/**
 * What went wrong for other bots on Discord, by number of the list of pains in docs/discord.md. Each test fails when the
 * guard it stands for is taken away.
 */

const askAbout = async (stage: Stage, text = 'How is the heart?') => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const by = discord.user('resident');
  const films = [film('one')];
  const message = discord.post({ by, channel, text: `${discord.mention} ${text}`, films });
  const thread = await discord.until('a thread', () => discord.threadOf(message) || undefined);
  return { channel, by, message, thread };
};

/** As many words as a model says at most, long ones. */
const words = (count: number): readonly string[] =>
  Array.from(
    { length: count },
    (_, at) => ` word${at}${'x'.repeat(30)}${at % 20 === 19 ? '.' : ''}`,
  );

const saidIn = (stage: Stage, thread: string): string =>
  stage
    .says(thread)
    .filter((said) => said !== '')
    .join(' ');

describe('pains of other bots on Discord', { timeout: 60_000 }, () => {
  test('1: an answer that takes long does not overlap with the next one of its thread', async () => {
    const stage = await openStage({ leaseMs: 150 });
    const { discord } = stage;
    stage.hold();
    const { by, thread } = await askAbout(stage);
    await stage.asked('How is the heart?');
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.pause(600);
    expect(stage.questions).not.toContain('How are the lungs?');
    stage.release();
    // A process that is held up loses its claim, and is given its own turn again a while later.
    await stage.answered(thread, 2, 45_000);
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('3: a reply of more than 2,000 characters comes whole, in several messages, no word cut', async () => {
    const stage = await openStage();
    const whole = words(230).join('').trim();
    stage.answer('Tell me everything.', words(230));
    const { thread } = await askAbout(stage, 'Tell me everything.');
    await stage.discord.until('every word', () => saidIn(stage, thread) === whole, 30_000);
    await stage.answered(thread, 3);
    const replies = stage.discord.replies(thread);
    expect(replies.length).toBeGreaterThan(3);
    for (const { content } of replies) expect(content.length).toBeLessThanOrEqual(2_000);
    const labels = replies.slice(0, -1).map(({ buttons }) => buttons[0]?.label);
    expect(labels).toEqual(labels.map((_, at) => `${at + 1} of ${replies.length}`));
    expect(stage.refusals('50035')).toBe(0);
  });

  test('3: marks that make every character itself are never cut in two', async () => {
    const stage = await openStage();
    // An odd beginning, so that a message's end falls between a mark and its character.
    const stars = `a${'*'.repeat(3_000)}`;
    stage.answer('Tell me everything.', [stars]);
    const { thread } = await askAbout(stage, 'Tell me everything.');
    await stage.discord.until('every mark', () => stage.says(thread).join('') === stars);
    for (const { content } of stage.discord.replies(thread))
      expect(content.split('\n')[0]?.replaceAll(String.raw`\*`, '')).toMatch(/^a?$/);
  });

  test("6: no film is fetched from a host that is not Discord's, and no token goes along with any", async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { by, thread } = await askAbout(stage);
    await stage.answered(thread, 1);
    discord.linksElsewhere = 'https://evil.example';
    discord.post({ by, channel: thread, text: 'How are the lungs?', films: [film('two')] });
    await stage.answered(thread, 2);
    expect(stage.says(thread).at(-1)).toMatch(/lies outside Discord/);
    expect(discord.downloads.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('11: the film is known to a follow-up, also after a restart', async () => {
    const stage = await openStage();
    const { by, thread } = await askAbout(stage);
    await stage.answered(thread, 1);
    await stage.reopen();
    stage.discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.answered(thread, 2);
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
    expect(stage.films).toEqual(['one']);
  });

  test('12: mentioned in a thread of others, the bot knows the film that was posted there before', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const teacher = discord.user('teacher');
    const topic = discord.post({ by: teacher, channel, text: 'Case of the week' });
    const thread = discord.thread(teacher, topic);
    // Nobody tells the bot of it later.
    await stage.shut();
    discord.post({ by: teacher, channel: thread, films: [film('one')] });
    discord.post({ by: discord.user('student'), channel: thread, text: 'Hm' });
    await stage.open();
    const by = discord.user('resident');
    discord.post({ by, channel: thread, text: `${discord.mention} How is the heart?` });
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['one']);
  });

  test('13: nobody has to mention the bot again in the thread that it opened', async () => {
    const stage = await openStage();
    const { thread, by } = await askAbout(stage);
    stage.discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.answered(thread, 2);
    expect(stage.says(thread).at(-1)).toBe(SENTENCES.lungs);
  });

  test('14: a mention that replies to an older film is about that film', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const older = discord.post({ by: discord.user('teacher'), channel, films: [film('older')] });
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    discord.post({ by, channel, text, replyTo: older, silently: true });
    const thread = await stage.caseOf(older);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['older']);
  });

  test('14: the film of a forwarded message is seen', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const teacher = discord.user('teacher');
    const original = discord.post({
      by: teacher,
      channel: discord.channel('ward'),
      films: [film('forwarded')],
    });
    const by = discord.user('resident');
    const channel = discord.channel('teaching');
    const forwarded = discord.forward({ by, channel, message: original });
    const text = `${discord.mention} How is the heart?`;
    discord.post({ by, channel, text, replyTo: forwarded });
    const thread = await stage.caseOf(forwarded);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    const direct = discord.direct(by);
    discord.forward({ by, channel: direct, message: original });
    await stage.answered(direct, 1);
    expect(stage.films).toEqual(['forwarded', 'forwarded']);
  });

  test('14: the film that a thread was opened from lies in the parent channel, and is seen', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const teacher = discord.user('teacher');
    const starter = discord.post({ by: teacher, channel, films: [film('starter')] });
    const thread = discord.thread(teacher, starter);
    const by = discord.user('resident');
    discord.post({ by, channel: thread, text: `${discord.mention} How is the heart?` });
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['starter']);
  });

  test('15: a film that cannot be fetched is said to be missing, never left out silently', async () => {
    const stage = await openStage({ clockRate: 20 });
    stage.discord.fault('download', { kind: 'status', status: 403 }, 100);
    const { thread } = await askAbout(stage);
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual([expect.stringMatching(/could not be fetched/)]);
    expect(stage.questions).toEqual([]);
  });

  test('15: a link that has expired by then is asked for again', async () => {
    const stage = await openStage({ discord: { linkLifeMs: -60_000 } });
    const { discord } = stage;
    discord.freshLinksAfter('GET /channels/:channel/messages/:message');
    const { thread } = await askAbout(stage);
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(discord.downloads.map(({ status }) => status)).toEqual([404, 200]);
  });

  test('16: an event that is replayed after a resume makes no second reply', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread } = await askAbout(stage);
    await stage.answered(thread, 1);
    discord.gateway.replaysAll = true;
    discord.gateway.drop();
    await discord.until('it resumes', () => discord.gateway.resumed > 0);
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(discord.gateway.identified).toBe(1);
  });

  test('18: the bot never takes its own picture for a new case', async () => {
    const stage = await openStage();
    const { thread } = await askAbout(stage, 'Where is the heart?');
    await stage.answered(thread, 1);
    await stage.quiet();
    expect(stage.discord.replies(thread)[0]?.pictures).toHaveLength(1);
    expect(stage.discord.replies(thread)).toHaveLength(1);
    expect(stage.films).toEqual(['one']);
  });

  test('24: limits in the middle of an answer lose none of its messages', async () => {
    const stage = await openStage({ discord: { rateLimits: true } });
    const whole = words(230).join('').trim();
    stage.answer('Tell me everything.', words(230));
    const { thread } = await askAbout(stage, 'Tell me everything.');
    const create = 'POST /channels/:channel/messages';
    stage.discord.fault(create, { kind: 'rate-limited', retryAfterS: 0.2 }, 3);
    await stage.discord.until('every word', () => saidIn(stage, thread) === whole, 50_000);
    await stage.answered(thread, 4, 30_000);
    expect(saidIn(stage, thread)).toBe(whole);
  });

  test('24: words that grow are drawn seldom, however fast they come', async () => {
    const stage = await openStage();
    stage.paceMs = 40;
    stage.answer('Tell me everything.', words(150));
    const beganAt = performance.now();
    const { thread } = await askAbout(stage, 'Tell me everything.');
    await stage.answered(thread, 1, 40_000);
    const edits = stage.calls('PATCH /channels/:channel/messages/:message');
    const parts = stage.discord.replies(thread).length;
    // One in two seconds and a half, and the end of each message.
    expect(edits).toBeLessThanOrEqual((performance.now() - beganAt) / 2_500 + 1 + 2 * parts);
  });

  test('25: a forum post is told of before its film is there, and is answered once it is', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const forum = discord.forum('cases');
    const text = `${discord.mention} How is the heart?`;
    const by = discord.user('resident');
    const post = await discord.forumPost({
      by,
      forum,
      text,
      films: [film('late')],
      starterAfterMs: 800,
    });
    await stage.answered(post, 1);
    expect(stage.says(post)).toEqual([SENTENCES.heart]);
  });

  test('25: nor is an answer lost to a post that takes no messages yet', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const forum = discord.forum('cases');
    const by = discord.user('resident');
    discord.fault('POST /channels/:channel/messages', { kind: 'error', error: '40058' }, 2);
    const post = await discord.forumPost({ by, forum, films: [film('one')] });
    const student = discord.user('student');
    discord.post({ by: student, channel: post, text: `${discord.mention} How is the heart?` });
    await stage.answered(post, 1);
    expect(stage.says(post)).toEqual([SENTENCES.heart]);
  });

  test('26: an answer can be stopped where it is written', async () => {
    const stage = await openStage();
    stage.hold();
    const { thread, by } = await askAbout(stage);
    const draft = await stage.discord.until('a draft', () => stage.discord.replies(thread)[0]);
    stage.discord.press(by, draft.id, 'Stop');
    await stage.answered(thread, 1);
    expect(stage.says(thread)).toEqual(['Stopped.']);
  });

  test('27: words and picture of a reply are one message', async () => {
    const stage = await openStage();
    const { thread } = await askAbout(stage, 'Where is the heart?');
    const [reply, ...more] = await stage.answered(thread, 1);
    expect(more).toEqual([]);
    expect(reply).toMatchObject({ words: SENTENCES.place, pictures: [{}] });
  });
});

describe('words of a model', { timeout: 60_000 }, () => {
  test('ping nobody, link nowhere and are no markup, also where they are edited', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const evil = `@everyone <@${discord.user('teacher')}> https://evil.example **bold** \`code\` ||spoiler||\n# head\n-# small\n> quote`;
    stage.paceMs = 400;
    stage.answer('Tell me everything.', [...(evil.match(/\s*\S+/g) ?? [])]);
    const { thread } = await askAbout(stage, 'Tell me everything.');
    const [reply] = await stage.answered(thread, 1, 30_000);
    expect(reply?.words).toBe(evil);
    expect(reply?.previews).toBe(false);
    const [own = ''] = reply?.content.split('\n-# Right and left') ?? [];
    expect(own).not.toMatch(/@everyone|<@\d|https:\/\/|(?<!\\)[*`|]|^(?:#|-#|>)/m);
    expect(discord.replies(thread).flatMap(({ pings }) => pings)).toEqual([]);
    const written = discord.calls.filter(({ call }) =>
      /^(?:POST|PATCH) .*messages(?:\/:message)?$/.test(call),
    );
    expect(written.length).toBeGreaterThan(1);
    for (const { body } of written) expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  });
});
