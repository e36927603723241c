import { expect, test } from 'vitest';
import { startProxy } from '../../support/tunnel-proxy.ts';
import { film, openStage, SENTENCES, type Stage } from './stage.ts';

const askAbout = async (stage: Stage): Promise<string> => {
  const { discord } = stage;
  const channel = discord.channel('teaching');
  const text = `${discord.mention} Where is the heart?`;
  const by = discord.user('resident');
  return stage.caseOf(discord.post({ by, channel, text, films: [film('one')] }));
};

test(
  'calls, the gateway, films and pictures go through the proxy',
  { timeout: 60_000 },
  async () => {
    const proxy = await startProxy();
    const stage = await openStage({ settings: { proxy: { url: proxy.url, except: '' } } });
    const thread = await askAbout(stage);
    expect(stage.discord.replies(thread)[0]?.pictures).toHaveLength(1);
    const here = new URL(stage.discord.apiUrl).host;
    expect(new Set(proxy.asked)).toEqual(new Set([here]));
    // Every connection that Discord has seen came out of a tunnel.
    expect(stage.discord.connections).toBe(proxy.asked.length);
  },
);

test('the gateway resumes through the proxy, too', { timeout: 60_000 }, async () => {
  const proxy = await startProxy();
  const stage = await openStage({ settings: { proxy: { url: proxy.url, except: '' } } });
  const { discord } = stage;
  discord.gateway.silent = true;
  const channel = discord.channel('teaching');
  const by = discord.user('resident');
  const text = `${discord.mention} How is the heart?`;
  const message = discord.post({ by, channel, text, films: [film('one')] });
  discord.gateway.silent = false;
  discord.gateway.drop();
  const thread = await stage.caseOf(message);
  expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  expect(discord.gateway).toMatchObject({ identified: 1, resumed: 1 });
  expect(discord.connections).toBe(proxy.asked.length);
});

test('hosts that NO_PROXY names are reached straight', async () => {
  const proxy = await startProxy();
  const except = 'example.org,127.0.0.1';
  const stage = await openStage({ settings: { proxy: { url: proxy.url, except } } });
  expect(stage.connection).toBe('connected');
  expect(proxy.asked).toEqual([]);
});

test('a proxy that is not there is a failure, not a way around it', async () => {
  const settings = { proxy: { url: 'http://127.0.0.1:1', except: '' } };
  const stage = await openStage({ settings, connects: false });
  await stage.discord.until('it is logged', () =>
    stage.log.join('').includes('discord-unreachable'),
  );
  expect(stage.discord.connections).toBe(0);
});
