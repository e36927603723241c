import { expect, test } from 'vitest';
import { film, openStage, SENTENCES } from './stage.ts';

test(
  'neither words, names, files nor the token reach the log, whatever fails',
  { timeout: 60_000 },
  async () => {
    const stage = await openStage({ clockRate: 20 });
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const by = discord.user('resident-mueller');
    const create = 'POST /channels/:channel/messages';
    discord.fault(create, { kind: 'error', error: '50013' }, 1);
    discord.fault('POST /interactions/:interaction/:token/callback', {
      kind: 'error',
      error: '10062',
    });
    const films = [film('one', { name: 'schmidt-1950.png' })];
    const text = `${discord.mention} How is the heart?`;
    const message = discord.post({ by, channel, text, films });
    await discord.until('it failed', () => stage.refusals('error') > 0);
    const typed = discord.command(by, channel, 'read', {
      film: film('two', { name: 'huber.png' }),
    });
    await stage.quiet();
    discord.fault('download', { kind: 'status', status: 500 }, 100);
    discord.post({ by, channel, text, films });
    discord.post({ by, channel: discord.direct(by), text: 'How are the lungs?', films });
    await stage.quiet();
    const log = stage.log.join('');
    expect(log).toMatch(/"level":(?:40|50)/);
    const words = ['How is', 'How are', SENTENCES.heart, SENTENCES.lungs];
    const names = ['schmidt', 'huber', 'mueller', discord.token, typed.token, by, message];
    for (const secret of [...words, ...names]) expect(log).not.toContain(secret);
  },
);
