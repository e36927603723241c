import { describe, expect, test } from 'vitest';
import { film, openStage, SENTENCES } from './stage.ts';

describe('a film in a channel', { timeout: 60_000 }, () => {
  test('with a mention gets a thread under a neutral name, and the answer in it', async () => {
    const stage = await openStage();
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const text = `${discord.mention} How is the heart?`;
    const message = discord.post({ by, channel, text, films: [film('one')] });
    const thread = await stage.caseOf(message);
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
    expect(discord.world.channels.get(thread)?.name).toMatch(/^Chest film \d\d:\d\d$/);
    expect(discord.replies(channel)).toEqual([]);
    expect(stage.films).toEqual(['one']);
  });
});
