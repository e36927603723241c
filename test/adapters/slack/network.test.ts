import { onTestFinished, expect, test } from 'vitest';
import { createNetwork } from '../../../src/adapters/network.ts';
import { startProxy } from '../../support/tunnel-proxy.ts';
import { film, openStage } from './stage.ts';

test('calls, the socket, films and pictures go through the proxy', async () => {
  const proxy = await startProxy();
  const stage = await openStage({ settings: { proxy: { url: proxy.url, except: '' } } });
  const { slack } = stage;
  const channel = slack.channel('chest');
  const text = `${slack.mention} Where is the heart?`;
  const films = [film('one')];
  const thread = slack.post({ by: slack.user('resident'), channel, text, films });
  await slack.until('a picture', () =>
    slack.replies(channel, thread).some((reply) => reply.pictures.length > 0),
  );
  const here = new URL(slack.apiUrl).host;
  expect(new Set(proxy.asked)).toEqual(new Set([here]));
  // Every connection that Slack has seen came out of a tunnel: the calls, the socket, the film and the upload.
  expect([...slack.peers].filter((port) => !proxy.ports.has(port))).toEqual([]);
  expect(slack.sockets.open).toBe(1);
  expect(slack.files.requests).toHaveLength(1);
});

test('hosts that NO_PROXY names are reached straight', async () => {
  const proxy = await startProxy();
  const settings = { proxy: { url: proxy.url, except: 'example.org,127.0.0.1' } };
  const { slack } = await openStage({ settings });
  await slack.until('a socket', () => slack.sockets.open === 1);
  expect(proxy.asked).toEqual([]);
});

test('a proxy that is not there is a failure, not a way around it', async () => {
  const { slack } = await openStage();
  const network = createNetwork({ url: 'http://127.0.0.1:1', except: '' });
  onTestFinished(() => network.close());
  await expect(network.fetch(`${slack.apiUrl}auth.test`)).rejects.toThrow('fetch failed');
});
