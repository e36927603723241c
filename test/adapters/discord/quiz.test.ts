import { describe, expect, test } from 'vitest';
import type { Interaction } from '../../support/discord/world.ts';
import { film, openStage } from './stage.ts';

const REPORT = 'Provide a radiology report for this Chest X-Ray.';
/** Nobody but moderators sees any of this before the reveal. */
const HIDDEN = /nodule|heart size|0\.1 0\.5/i;

/** A teacher makes a case of a film; the learners, a moderator, the case's thread and its post. */
const openQuiz = async (minutes = 30) => {
  const there = await openStage();
  const { discord } = there;
  there.answer(REPORT, ['The heart size is normal. There is a right nodule.']);
  there.answer('Is there a nodule?', ['Yes, there is a nodule.']);
  there.answer('Where is the right nodule located in this Chest X-ray?', [
    'The right nodule is located at [0.10, 0.50, 0.40, 0.80].',
  ]);
  const channel = discord.channel('teaching');
  const teacher = discord.user('teacher');
  discord.command(teacher, channel, 'quiz', { film: film('one'), minutes });
  const head = await discord.until('a head', () => discord.replies(channel)[0]?.id);
  const thread = await there.caseOf(head);
  const post = discord.replies(thread)[0]!.id;
  await there.caseIsRead();
  const moderator = discord.user('moderator', { moderator: true });
  const learners = ['ana', 'ben', 'cem'].map((name) => discord.user(name)) as [
    string,
    string,
    string,
  ];
  return { stage: there, discord, channel, teacher, moderator, learners, thread, post };
};

type Quiz = Awaited<ReturnType<typeof openQuiz>>;

/** Until the bot says something to whoever acted alone; the newest of it. */
const toldBy = ({ discord }: Quiz, interaction: Interaction): Promise<string> =>
  discord.until('a whisper', () => discord.whispers(interaction).at(-1));

/** What a modal asks is answered at once. */
const fillIn = async (
  quiz: Quiz,
  by: string,
  label: string,
  values: Record<string, string | readonly string[]>,
): Promise<string> => {
  const { discord, post } = quiz;
  const opened = discord.press(by, post, label);
  await discord.until('a modal', () => opened.modal);
  return toldBy(quiz, discord.submit(by, opened, values));
};

/** The message that only its owner sees, and its newest form. */
const ownMessage = async (quiz: Quiz, by: string, label: string) => {
  const { discord, post, thread } = quiz;
  const before = discord.replies(thread, by).length;
  discord.press(by, post, label);
  return discord.until('a message of one’s own', () => discord.replies(thread, by)[before]);
};

const reveal = async (quiz: Quiz, by = quiz.teacher): Promise<string> => {
  const { discord, stage, post, thread } = quiz;
  const before = discord.replies(thread).length;
  discord.press(by, post, 'Reveal');
  const replies = await stage.answered(thread, before + 1);
  return replies.at(-1)!.words;
};

describe('a teaching case', { timeout: 60_000 }, () => {
  test('/quiz opens one in a thread: the film under its grid, how to answer, and buttons', async () => {
    const quiz = await openQuiz();
    const { discord, thread, channel } = quiz;
    const [post] = discord.replies(thread);
    expect(post?.words).toMatch(/what do you see.*revealed in 30 minutes/s);
    expect(post?.pictures).toMatchObject([{ altText: 'sheet', filename: 'wetread.png' }]);
    expect(post?.buttons.map(({ label }) => label)).toEqual([
      'Answer in words',
      'By side and zone',
      'On the grid',
      'Nothing abnormal',
      'Hint',
      'My answer',
      'Reveal',
      'Key (moderators)',
      'Forget',
    ]);
    expect(discord.replies(channel)[0]?.words).toMatch(/^A teaching case/);
  });

  test('answers come by a modal, a grid of one’s own and buttons; the last one counts', async () => {
    const quiz = await openQuiz();
    const { discord, stage, thread, learners } = quiz;
    const [ana, ben, cem] = learners;
    expect(await fillIn(quiz, ana, 'Answer in words', { words: 'left mass' })).toMatch(/^Noted/);
    const grid = await ownMessage(quiz, ana, 'On the grid');
    expect(grid.buttons.map(({ label }) => label)).toHaveLength(16);
    discord.press(ana, grid.id, 'C1');
    discord.press(ana, grid.id, 'C2');
    discord.press(ana, grid.id, 'A4');
    await discord.until('three cells', () => discord.shown(grid.id).content.includes('A4 C1 C2'));
    discord.press(ana, grid.id, 'A4');
    await discord.until('two cells', () => discord.shown(grid.id).content.includes(': C1 C2'));
    expect(discord.replies(thread, ben)).toHaveLength(1);
    const told = await fillIn(quiz, ben, 'By side and zone', { side: ['right'], zone: ['lower'] });
    expect(told).toMatch(/^Noted/);
    await toldBy(quiz, discord.press(cem, quiz.post, 'Nothing abnormal'));
    discord.post({ by: cem, channel: thread, text: 'I think of a pneumothorax' });
    await stage.answered(thread, 2);
    expect(stage.says(thread)[1]).toMatch(/^Noted as your answer/);
    // a reply to the case's post is an answer, too
    discord.post({ by: cem, channel: thread, text: 'a left pneumothorax', replyTo: quiz.post });
    await stage.answered(thread, 3);
    expect(stage.says(thread)[2]).toMatch(/^Noted as your answer/);

    const own = await ownMessage(quiz, ben, 'My answer');
    expect(own.content).toMatch(/right lower zone.*you are B, without a name/s);
    discord.press(ben, own.id, 'Show my name at the reveal');
    await discord.until('a name', () => discord.shown(own.id).content.includes('as ben'));

    const words = await reveal(quiz);
    expect(words).toMatch(/A, cells C1 C2: covers 83 % of the model's boxes, no cell misses\./);
    expect(words).toMatch(/B \(ben\), right lower zone: the same side and zone as the model\./);
    expect(words).toMatch(/C, in words: .*the model also names: right nodule/);
    expect(words).not.toMatch(/ana|cem/);
  });

  test('at least one cell stays chosen', async () => {
    const quiz = await openQuiz();
    const { discord, learners } = quiz;
    const grid = await ownMessage(quiz, learners[0], 'On the grid');
    discord.press(learners[0], grid.id, 'B2');
    await discord.until('a cell', () => discord.shown(grid.id).content.includes(': B2'));
    discord.press(learners[0], grid.id, 'B2');
    await discord.until('a sentence', () =>
      discord.shown(grid.id).content.includes('one cell at least'),
    );
    expect(discord.shown(grid.id).content).toContain('Your answer: B2.');
  });

  test('hints come in steps, to whoever asks alone', async () => {
    const quiz = await openQuiz();
    const { discord, learners, thread, post } = quiz;
    const [ana, ben] = learners;
    const hints = [];
    for (const by of [ana, ana, ana, ben])
      hints.push(await toldBy(quiz, discord.press(by, post, 'Hint')));
    expect(hints[0]).toMatch(/^Hint 1 of 3\. .*not normal/);
    expect(hints[1]).toMatch(/^Hint 2 of 3\. .*on the right/);
    expect(hints[2]).toMatch(/^Hint 3 of 3\. .*zone/);
    expect(hints[3]).toMatch(/^Hint 1 of 3/);
    expect(discord.replies(thread)).toHaveLength(1);
  });

  test('a moderator sees the reading alone, corrects it, and then marks are given', async () => {
    const quiz = await openQuiz();
    const { discord, stage, learners, moderator, post, thread } = quiz;
    const refused = await toldBy(quiz, discord.press(learners[0], post, 'quiz-key'));
    expect(refused).toMatch(/Only a moderator/);
    expect(await toldBy(quiz, discord.press(quiz.teacher, post, 'quiz-key'))).toMatch(
      /Only a moderator/,
    );
    const panel = await ownMessage(quiz, moderator, 'quiz-key');
    expect(panel.words).toMatch(/heart size is normal.*right nodule: 0.1 0.5 0.4 0.8/s);
    expect(panel.pictures).toHaveLength(1);
    expect(panel.buttons.map(({ label }) => label)).toEqual([
      'Confirm the reading',
      'Write the key',
      'Keep for good',
    ]);
    const opened = discord.press(moderator, panel.id, 'Write the key');
    await discord.until('a modal', () => opened.modal);
    expect(JSON.stringify(opened.modal)).toContain('right nodule: 0.1 0.5 0.4 0.8');
    const wrong = discord.submit(moderator, opened, { key: 'left mass: Z9' });
    expect(await toldBy(quiz, wrong)).toMatch(/^Line 1 of the key cannot be used/);
    const right = discord.submit(moderator, opened, { key: 'left mass: A4 B4' });
    expect(await toldBy(quiz, right)).toMatch(/marks are given against:\nleft mass/);
    const noted = await toldBy(quiz, discord.press(moderator, post, 'Nothing abnormal'));
    expect(noted).toMatch(/have seen the key/);

    const grid = await ownMessage(quiz, learners[0], 'On the grid');
    discord.press(learners[0], grid.id, 'A4');
    await discord.until('a cell', () => discord.shown(grid.id).content.includes(': A4'));
    expect(discord.replies(thread)).toHaveLength(1);
    const words = await reveal(quiz, moderator);
    expect(words).toMatch(/^The key, written by a person:\n- left mass \(1\)/);
    expect(words).toMatch(/A, cells A4: covers 50 % of the key's boxes, no cell misses\./);
    expect(stage.calls('POST /channels/:channel/messages')).toBeGreaterThan(0);
  });

  test('only who opened it or a moderator reveals it, and a second press does nothing more', async () => {
    const quiz = await openQuiz();
    const { discord, stage, learners, post, thread } = quiz;
    expect(await toldBy(quiz, discord.press(learners[0], post, 'Reveal'))).toMatch(/^Only/);
    await reveal(quiz);
    expect(await toldBy(quiz, discord.press(quiz.teacher, post, 'Reveal'))).toMatch(/is closed/);
    await stage.quiet();
    expect(discord.replies(thread)).toHaveLength(2);
    discord.post({ by: learners[0], channel: thread, text: 'How is the heart?' });
    await stage.answered(thread, 3);
    expect(stage.says(thread)[2]).toBe('The heart size is normal.');
  });

  test('its film is read for no learner anywhere else, and its thread asks the model nothing', async () => {
    const quiz = await openQuiz();
    const { discord, stage, channel, learners, moderator, thread } = quiz;
    const asked = stage.questions.length;
    const [ana] = learners;
    const { mention } = discord;
    discord.post({ by: ana, channel: thread, text: `${mention} How is the heart?` });
    await stage.answered(thread, 2);
    expect(stage.says(thread)[1]).toMatch(/^A teaching case is open here/);
    const copy = discord.post({
      by: ana,
      channel,
      text: `${mention} How is the heart?`,
      films: [film('one')],
    });
    const elsewhere = await stage.caseOf(copy);
    expect(stage.says(elsewhere)[0]).toMatch(/part of an open teaching case/);
    const direct = discord.direct(ana);
    discord.post({ by: ana, channel: direct, text: 'How is the heart?', films: [film('one')] });
    await stage.answered(direct, 1);
    expect(stage.says(direct)[0]).toMatch(/part of an open teaching case/);
    expect(stage.questions).toHaveLength(asked);
    const own = discord.post({
      by: moderator,
      channel,
      text: `${mention} How is the heart?`,
      films: [film('one')],
    });
    expect(stage.says(await stage.caseOf(own))[0]).toBe('The heart size is normal.');
  });

  test('is revealed when its time is up, also after a restart, and once', async () => {
    const quiz = await openQuiz(1);
    const { stage, discord, thread, learners, post } = quiz;
    await toldBy(quiz, discord.press(learners[0], post, 'Nothing abnormal'));
    await stage.shut();
    stage.jump(2 * 60_000);
    await stage.open();
    await stage.answered(thread, 2);
    await stage.quiet();
    expect(discord.replies(thread)).toHaveLength(2);
    expect(stage.says(thread)[1]).toMatch(/One answer:\nA, nothing abnormal/);
  });

  test('a button under a reply makes one of its film, and a message’s menu one that nobody has read', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const teacher = discord.user('teacher');
    const text = `${discord.mention} How is the heart?`;
    const read = await stage.caseOf(
      discord.post({ by: teacher, channel, text, films: [film('one')] }),
    );
    discord.press(teacher, discord.replies(read)[0]!.id, 'Teaching case');
    await stage.answered(read, 2);
    expect(stage.says(read)[1]).toMatch(/was read in this thread before/);

    const plain = discord.post({ by: teacher, channel, films: [film('two')] });
    discord.menu(teacher, plain, 'Make a teaching case');
    const thread = await stage.caseOf(plain);
    expect(stage.says(thread)[0]).toMatch(/^A teaching case: what do you see/);
    expect(stage.says(thread)[0]).not.toMatch(/was read/);
  });

  test('is kept for good by a moderator, and forgotten with its thread by whoever opened it', async () => {
    const quiz = await openQuiz();
    const { discord, stage, moderator, teacher, thread, post, learners } = quiz;
    const panel = await ownMessage(quiz, moderator, 'quiz-key');
    discord.press(moderator, panel.id, 'Keep for good');
    await discord.until('it is kept', () =>
      discord.shown(panel.id).content.includes('kept for good'),
    );
    discord.press(teacher, post, 'Forget');
    await discord.until('it is gone', () => !discord.replies(thread).some(({ id }) => id === post));
    await stage.quiet();
    expect(discord.replies(thread).map(({ words }) => words)).not.toContainEqual(
      expect.stringMatching(HIDDEN),
    );
    discord.post({ by: learners[0], channel: thread, text: 'How is the heart?' });
    await stage.quiet();
    expect(stage.says(thread).at(-1)).not.toMatch(/teaching case is open/);
  });

  test('nothing of the reading is in anything that was sent before the reveal, but to moderators', async () => {
    const quiz = await openQuiz();
    const { discord, stage, learners, moderator, thread, post } = quiz;
    const [ana, ben, cem] = learners;
    await fillIn(quiz, ana, 'Answer in words', { words: 'a mass' });
    const grid = await ownMessage(quiz, ben, 'On the grid');
    discord.press(ben, grid.id, 'D4');
    await ownMessage(quiz, ben, 'My answer');
    await toldBy(quiz, discord.press(cem, post, 'Reveal'));
    await toldBy(quiz, discord.press(cem, post, 'quiz-key'));
    discord.post({ by: cem, channel: thread, text: `${discord.mention} report` });
    await stage.answered(thread, 2);
    await ownMessage(quiz, moderator, 'quiz-key');
    await stage.quiet();
    const toModerators = [...discord.world.interactions.values()].filter(({ user }) =>
      discord.world.moderators.has(user),
    );
    const sent = discord.calls.filter(
      ({ path }) =>
        !toModerators.some(({ id, token }) => path.includes(id) || path.includes(token)),
    );
    expect(sent.length).toBeGreaterThan(10);
    expect(JSON.stringify(sent)).not.toMatch(HIDDEN);
    expect(JSON.stringify(discord.calls)).toMatch(HIDDEN);
    await reveal(quiz);
    expect(JSON.stringify(discord.replies(thread))).toMatch(HIDDEN);
  });
});
