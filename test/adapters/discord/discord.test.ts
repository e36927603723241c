import { describe, expect, test } from 'vitest';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

/** A resident posts a film in a channel and asks; the thread of its case. */
const askAbout = async (stage: Stage, text = 'How is the heart?', films = [film('one')]) => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const by = discord.user('resident');
  const message = discord.post({ by, channel, text: `${discord.mention} ${text}`, films });
  const thread = await stage.caseOf(message);
  return { channel, by, message, thread };
};

describe('in a channel', { timeout: 60_000 }, () => {
  test('a film with a mention gets a thread under a neutral name, and the answer in it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { channel, thread } = await askAbout(stage);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(discord.world.channels.get(thread)?.name).toMatch(/^Chest film \d\d:\d\d$/);
    expect(discord.replies(channel)).toEqual([]);
    expect(stage.films).toEqual(['one']);
  });

  test('the role of the bot is as good as its name', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const text = `<@&${discord.world.botRole}> How is the heart?`;
    const by = discord.user('resident');
    const thread = await stage.caseOf(discord.post({ by, channel, text, films: [film('one')] }));
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('what is said in the case thread afterwards needs no mention, and knows the film', async () => {
    const stage = await openStage();
    const { thread } = await askAbout(stage);
    const by = stage.discord.user('student');
    const question = stage.discord.post({ by, channel: thread, text: 'How are the lungs?' });
    const replies = await stage.answered(thread, 2);
    expect(stage.says(thread)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
    // Of several people who ask, each sees what answers them.
    expect(replies[1]?.answers).toBe(question);
    expect(stage.films).toEqual(['one']);
  });

  test('people who speak to each other in a case thread are left alone', async () => {
    const stage = await openStage();
    const { thread, by } = await askAbout(stage);
    const { discord } = stage;
    const student = discord.user('student');
    const said = discord.post({ by, channel: thread, text: `<@${student}> what do you say?` });
    discord.post({ by: student, channel: thread, text: 'Looks fine to me', replyTo: said });
    await stage.quiet();
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('films that nobody asks about are not looked at', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('general');
    discord.post({ by: discord.user('resident'), channel, films: [film('holiday')] });
    await stage.quiet();
    expect(stage.films).toEqual([]);
    expect(discord.downloads).toEqual([]);
  });

  test('a film without words gets the wet read', async () => {
    const stage = await openStage();
    const { thread } = await askAbout(stage, '');
    expect(stage.questions[0]).toMatch(/report/i);
    expect(stage.says(thread)).toHaveLength(1);
  });

  test('the reading and the film with its boxes are one message, with alt text, and once say what readers must know', async () => {
    const stage = await openStage();
    const { thread } = await askAbout(stage, 'Where is the heart?');
    const [reply, ...more] = stage.discord.replies(thread);
    expect(more).toEqual([]);
    expect(reply?.words).toBe(SENTENCES.place);
    expect(reply?.pictures).toEqual([
      expect.objectContaining({ altText: 'drawn', filename: 'wetread.png' }),
    ]);
    expect(reply?.notices).toMatch(/not for clinical use/i);
    expect(reply?.notices).not.toMatch(/names/i);
    expect(reply?.previews).toBe(false);
  });

  test('a mention that replies to an older film opens the case of that film, and brings whoever asked', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const older = discord.post({ by: discord.user('teacher'), channel, films: [film('older')] });
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    discord.post({ by, channel, text, replyTo: older });
    const thread = await stage.caseOf(older);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(stage.films).toEqual(['older']);
    await discord.until('whoever asked is there', () =>
      discord.world.channels.get(thread)?.members.has(by),
    );
  });

  test('a mention without a film is told that one is needed', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const text = `${discord.mention} How is the heart?`;
    const message = discord.post({ by: discord.user('resident'), channel, text });
    const thread = await stage.caseOf(message);
    expect(stage.says(thread)).toEqual([expect.stringMatching(/no film in this conversation/)]);
  });

  test('readings stand behind spoilers in channels that the operator names, words and picture', async () => {
    const stage = await openStage({ settings: {} });
    const channel = stage.discord.channel('teaching');
    await stage.reopen({ spoilerChannels: [channel] });
    const { thread } = await askAbout(stage, 'Where is the heart?');
    const [reply] = stage.discord.replies(thread);
    expect(reply?.content).toMatch(/^\|\|.*\|\|$/s);
    expect(reply?.pictures[0]?.filename).toBe('SPOILER_wetread.png');
  });
});

describe('in a direct message', { timeout: 60_000 }, () => {
  test('no mention is needed, and the film is known later on', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const by = discord.user('resident');
    const channel = discord.direct(by);
    discord.post({ by, channel, text: 'How is the heart?', films: [film('one')] });
    await stage.answered(channel, 1);
    discord.post({ by, channel, text: 'How are the lungs?' });
    await stage.answered(channel, 2);
    expect(stage.says(channel)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
    expect(stage.films).toEqual(['one']);
  });
});

describe('in a forum', { timeout: 60_000 }, () => {
  test('a post that mentions the bot is answered in itself, and goes on without mention', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const forum = discord.forum('cases');
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    const post = await discord.forumPost({ by, forum, text, films: [film('one')] });
    await stage.answered(post, 1);
    discord.post({ by: discord.user('student'), channel: post, text: 'How are the lungs?' });
    await stage.answered(post, 2);
    expect(stage.says(post)).toEqual([SENTENCES.heart, SENTENCES.lungs]);
  });

  test('a post with the tag "wet read" is read without a mention; another one is not', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const forum = discord.forum('cases', ['Wet read', 'Discussion']);
    const by = discord.user('resident');
    const films = [film('one')];
    const other = await discord.forumPost({ by, forum, films, tags: ['Discussion'] });
    const post = await discord.forumPost({ by, forum, films, tags: ['Wet read'] });
    await stage.answered(post, 1);
    await stage.quiet();
    expect(stage.says(other)).toEqual([]);
  });
});

describe('what happens to a message', { timeout: 60_000 }, () => {
  test('edited before it is answered is answered as it then reads', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage);
    stage.hold();
    discord.post({ by, channel: thread, text: 'Where is the heart?' });
    await stage.asked(/Where is the (?:heart|left lung|right lung)/);
    const later = discord.post({ by, channel: thread, text: 'How is the haert?' });
    await stage.quiet();
    discord.edit(later, 'How are the lungs?');
    await stage.quiet();
    stage.release();
    await stage.answered(thread, 3);
    expect(stage.says(thread).at(-1)).toBe(SENTENCES.lungs);
  });

  test('deleted takes its film and the replies about it with it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, message, by } = await askAbout(stage);
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.answered(thread, 2);
    discord.delete(message);
    await discord.until('the replies are gone', () => discord.replies(thread).length === 0);
    expect(discord.world.messages.get(message)?.deleted).toBe(true);
  });
});

describe('a thread that is deleted', { timeout: 60_000 }, () => {
  test('takes its film and all that was said there with it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread } = await askAbout(stage);
    expect(await stage.kept('turns')).toBeGreaterThan(0);
    discord.deleteThread(thread);
    await expect.poll(() => stage.keptFilms(), { timeout: 15_000 }).toBe(0);
    await expect.poll(() => stage.kept('threads'), { timeout: 15_000 }).toBe(0);
  });
});

describe('under a reply', { timeout: 60_000 }, () => {
  test('buttons ask for tasks, about that reply', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread } = await askAbout(stage);
    const [reply] = discord.replies(thread);
    const by = discord.user('student');
    const press = discord.press(by, reply?.id ?? '', 'Report');
    await stage.answered(thread, 2);
    expect(discord.world.interactions.get(press.id)?.answered).toBe(true);
    discord.press(by, reply?.id ?? '', 'Abnormalities');
    await stage.answered(thread, 3);
  });

  test('the button Stop ends an answer; what was said stays', async () => {
    const stage = await openStage();
    const { discord } = stage;
    stage.paceMs = 400;
    stage.answer(
      'Tell me everything.',
      Array.from({ length: 100 }, (_, at) => ` word${at}`),
    );
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const text = `${discord.mention} Tell me everything.`;
    const message = discord.post({ by, channel, text, films: [film('one')] });
    const thread = await discord.until('a thread', () => discord.threadOf(message) || undefined);
    const draft = await discord.until('a draft', () =>
      discord.replies(thread).find(({ words }) => words.includes('word')),
    );
    discord.press(by, draft.id, 'Stop');
    const [reply] = await stage.answered(thread, 1);
    expect(reply?.words).toMatch(/word0.*Stopped\.$/s);
  });

  test('a wrong place is told in a modal, and kept', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage, 'Where is the heart?');
    const [reply] = discord.replies(thread);
    const opened = discord.press(by, reply?.id ?? '', 'Wrong place');
    await discord.until('the modal', () => opened.modal !== undefined);
    const wrong = discord.submit(by, opened, { box: ['1'], place: 'there' });
    await discord.until('an explanation', () => discord.whispers(wrong).length > 0);
    expect(discord.whispers(wrong)[0]).toMatch(/Four numbers/);
    const right = discord.submit(by, opened, { box: ['1'], place: '10, 20, 50, 60' });
    await discord.until('thanks', () => discord.whispers(right).length > 0);
    expect(discord.whispers(right)[0]).toMatch(/Thank you/);
  });

  test('feedback is thanked for, to whoever gave it alone', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage);
    const [reply] = discord.replies(thread);
    const press = discord.press(by, reply?.id ?? '', 'Right');
    await discord.until('thanks', () => discord.whispers(press).length > 0);
    expect(discord.messages(thread, discord.user('student'))).toHaveLength(
      discord.messages(thread, by).length - 1,
    );
  });

  test('a question has its options as buttons, which go once one is chosen', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage, 'How is the heart?', [film('odd one')]);
    const [question] = discord.replies(thread);
    expect(question?.words).toMatch(/does not look like a chest film/);
    const other = discord.press(discord.user('student'), question?.id ?? '', 'Read it');
    await discord.until('a refusal', () => discord.whispers(other).length > 0);
    discord.press(by, question?.id ?? '', 'Read it');
    await stage.answered(thread, 2);
    expect(stage.says(thread).at(-1)).toBe(SENTENCES.heart);
    await discord.until('no buttons', () => discord.shown(question?.id ?? '').buttons.length === 0);
  });

  test('forget takes the replies down', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage, 'Where is the heart?');
    const [reply] = discord.replies(thread);
    expect(reply?.pictures).toHaveLength(1);
    discord.press(by, reply?.id ?? '', 'Forget');
    await discord.until('the picture is gone', () =>
      discord.replies(thread).every(({ pictures }) => pictures.length === 0),
    );
  });
});

describe('commands', { timeout: 60_000 }, () => {
  test('/read with a film in a channel opens a case, and answers in its thread', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    discord.command(by, channel, 'read', { film: film('one'), question: 'How is the heart?' });
    const head = await discord.until('a head', () => discord.replies(channel)[0]);
    const thread = await stage.caseOf(head.id);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    discord.post({ by, channel: thread, text: 'How are the lungs?' });
    await stage.answered(thread, 2);
  });

  test('/read and /locate in a thread answer as themselves, about its film', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by } = await askAbout(stage);
    discord.command(by, thread, 'locate', { what: 'right lung' });
    const replies = await stage.answered(thread, 2);
    expect(replies[1]?.words).toMatch(/right lung is located at \(1\)/);
    expect(replies[1]?.pictures).toHaveLength(1);
    discord.command(by, thread, 'read', { film: film('two'), question: 'How are the lungs?' });
    await stage.answered(thread, 3);
    expect(stage.films).toEqual(['one', 'two']);
    expect(discord.replies(thread)).toHaveLength(3);
  });

  test('/read without a film in a channel says so to whoever typed it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const typed = discord.command(discord.user('resident'), channel, 'read');
    await discord.until('an explanation', () => discord.whispers(typed).length > 0);
    expect(discord.whispers(typed)[0]).toMatch(/no film/);
  });

  test('/forget takes the conversation down, and /help explains', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const { thread, by, message } = await askAbout(stage, 'Where is the heart?');
    const help = discord.command(by, thread, 'help');
    await discord.until('help', () => discord.whispers(help).length > 0);
    expect(discord.whispers(help)[0]).toMatch(/wet read/);
    discord.command(by, thread, 'forget');
    await discord.until('the picture is gone', () =>
      discord.replies(thread).every(({ pictures }) => pictures.length === 0),
    );
    expect(discord.world.messages.get(message)?.deleted).toBe(false);
  });

  test('"Read this X-ray" reads the film of a message, in the thread of that message', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const message = discord.post({ by: discord.user('teacher'), channel, films: [film('one')] });
    const chosen = discord.menu(discord.user('resident'), message, 'Read this X-ray');
    const thread = await stage.caseOf(message);
    expect(stage.says(thread)).toHaveLength(1);
    expect(stage.films).toEqual(['one']);
    await discord.until('a word', () => discord.whispers(chosen).length > 0);
    expect(discord.whispers(chosen)[0]).toMatch(/thread of the message/);
  });

  test('are registered once: a second start writes nothing', async () => {
    const stage = await openStage();
    const { discord } = stage;
    await discord.until('the commands', () => discord.commands.registered.length > 0);
    const names = discord.commands.registered.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Read this X-ray', 'forget', 'help', 'locate', 'quiz', 'read']),
    );
    await stage.reopen();
    await stage.quiet();
    expect(discord.commands.writes).toBe(1);
  });
});
