import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished, expect, test } from 'vitest';
import { createNetwork } from '../../../src/adapters/network.ts';
import { film, openStage } from './stage.ts';

/** A proxy that tunnels, as hospitals have them; `asked` is where it was asked to lead to. */
const startProxy = async (): Promise<{ readonly url: string; readonly asked: string[] }> => {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(request.url ?? '');
    const [host = '', port = '0'] = (request.url ?? '').split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    for (const end of [socket, there]) {
      sockets.add(end);
      end.on('error', () => undefined);
    }
    // An end that breaks off breaks the other one, too: nobody waits for what does not come.
    there.on('close', () => socket.destroy());
    socket.on('close', () => there.destroy());
  });
  const url = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url, asked };
};

const listen = async (server: Server): Promise<string> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

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
  // Every connection that Slack has seen came out of a tunnel.
  expect(proxy.asked.length).toBeGreaterThan(1);
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
