import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRemoteImages } from '../../../src/adapters/openai/remote-image.ts';

const forever = new AbortController().signal;

/** A listed host whose addresses are as they are said to be; a connection goes to this machine whatever they are. */
const fetching = (addresses: readonly string[], allows?: () => boolean) => {
  const asked: string[] = [];
  const lookup = ((hostname, options, done) => {
    asked.push(hostname);
    const found = addresses.map((address) => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    if (options.all === true) done(null, found);
    else done(null, found[0]!.address, found[0]!.family);
  }) as LookupFunction;
  const images = createRemoteImages({
    hosts: ['Films.example'],
    lookup,
    ...(allows === undefined ? {} : { allows }),
  });
  onTestFinished(() => images.close());
  return { images, asked, fetch: (address: string) => images.fetch(address, 'messages', forever) };
};

describe('an image is fetched from no host', () => {
  test.each([
    'http://other.example/film.png',
    'http://films.example.evil.example/film.png',
    'http://films.example@evil.example/film.png',
    'http://user:word@films.example/film.png',
    'http://127.0.0.1/film.png',
    'http://2130706433/film.png',
    'http://0x7f.1/film.png',
    'http://[::ffff:127.0.0.1]/film.png',
    'file:///etc/passwd',
    'gopher://films.example/film.png',
    `http://films.example/${'a'.repeat(3_000)}`,
  ])('of "%s"', async (address) => {
    const { fetch, asked } = fetching(['93.184.216.34']);
    await expect(fetch(address)).rejects.toMatchObject({ code: 'image-address' });
    expect(asked).toEqual([]);
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
  ])('that is listed and has the address %s', async (address) => {
    const { fetch, asked } = fetching([address]);
    await expect(fetch('http://films.example/film.png')).rejects.toMatchObject({
      code: 'image-unavailable',
      cause: { message: expect.stringContaining('public internet') },
    });
    expect(asked).toEqual(['films.example']);
  });

  test('that has a private address among public ones', async () => {
    const { fetch } = fetching(['93.184.216.34', '10.0.0.1']);
    await expect(fetch('http://films.example/film.png')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('public internet') },
    });
  });
});

describe('of a host that is listed', () => {
  /** Stands for a server of the public internet. */
  const serve = async (listener: RequestListener) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const { fetch } = fetching(['127.0.0.1'], () => true);
    return (path: string) => fetch(`http://films.example:${port}${path}`);
  };

  test('the image comes', async () => {
    const fetch = await serve((_request, response) => void response.end('film'));
    expect(Buffer.from(await fetch('/film.png')).toString()).toBe('film');
  });

  test('a redirect is not followed', async () => {
    const asked: string[] = [];
    const fetch = await serve((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(302, { location: '/secret' }).end();
    });
    await expect(fetch('/film.png')).rejects.toMatchObject({ code: 'image-unavailable' });
    expect(asked).toEqual(['/film.png']);
  });

  test('one that is not there, breaks off or is too large fails in our own words', async () => {
    const fetch = await serve((request, response) => {
      if (request.url === '/missing') response.writeHead(404).end();
      else if (request.url === '/cut') {
        response.writeHead(200, { 'content-length': '1000' }).write('film');
        setTimeout(() => response.destroy(), 20);
      } else {
        const chunk = Buffer.alloc(2 ** 22);
        const write = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', write);
        write();
      }
    });
    await expect(fetch('/missing')).rejects.toMatchObject({ code: 'image-unavailable' });
    await expect(fetch('/cut')).rejects.toMatchObject({ code: 'image-unavailable' });
    await expect(fetch('/endless')).rejects.toMatchObject({ code: 'file-too-large' });
  });
});
