import { expect, test } from 'vitest';
import { film, openStage, SENTENCES } from './stage.ts';

const A_BUSY_MACHINE_MS = 60_000;

test(
  'servers are workspaces: in one that is not on the list the bot says that it may not be asked',
  async () => {
    const stage = await openStage({ access: { workspaces: ['4711'] } });
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    const thread = await stage.caseOf(discord.post({ by, channel, text, films: [film('one')] }));
    expect(stage.says(thread)).toEqual([expect.stringMatching(/may not ask Wetread here/)]);
    expect(stage.films).toEqual([]);
    // Direct messages belong to no server.
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 1);
    expect(stage.says(direct)).toEqual([SENTENCES.heart]);
  },
  A_BUSY_MACHINE_MS,
);

test(
  'a channel on the list brings its threads and the posts of a forum with it',
  async () => {
    const stage = await openStage();
    const { discord } = stage;
    const forum = discord.forum('cases');
    const by = discord.user('resident');
    await stage.reopen({}, { channels: [forum] });
    const text = `${discord.mention} How is the heart?`;
    const post = await discord.forumPost({ by, forum, text, films: [film('one')] });
    await stage.answered(post, 1);
    expect(stage.says(post)).toEqual([SENTENCES.heart]);
    const elsewhere = discord.post({
      by,
      channel: discord.channel('general'),
      text,
      films: [film('two')],
    });
    const thread = await stage.caseOf(elsewhere);
    expect(stage.says(thread)).toEqual([expect.stringMatching(/may not ask/)]);
  },
  A_BUSY_MACHINE_MS,
);

test(
  'direct messages can be switched off',
  async () => {
    const stage = await openStage({ access: { directMessages: false } });
    const { discord } = stage;
    const by = discord.user('resident');
    const direct = discord.direct(by);
    discord.post({ by, channel: direct, text: 'How is the heart?', films: [film('two')] });
    await stage.answered(direct, 1);
    expect(stage.says(direct)).toEqual([expect.stringMatching(/may not ask/)]);
  },
  A_BUSY_MACHINE_MS,
);
