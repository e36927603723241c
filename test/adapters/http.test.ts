import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpAdapter, type HttpServer } from '../../src/adapters/http.ts';
import { WetreadError } from '../../src/errors.ts';
import { createLogger } from '../../src/log.ts';

const lines: string[] = [];
const logger = createLogger(
  'debug',
  new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  }),
);

let neverAsked = 0;
const open: HttpServer[] = [];
afterEach(async () => {
  lines.length = 0;
  neverAsked = 0;
  await Promise.all(open.splice(0).map((server) => server.close()));
});

const pages: HttpAdapter = {
  name: 'pages',
  access: 'own-pages',
  register: async (app, closing) => {
    app.get('/page/:id', async () => ({ page: true }));
    app.post('/page', async () => ({ done: true }));
    app.get('/refused', async () => {
      throw new WetreadError('file-empty');
    });
    app.get('/broken', async () => {
      throw new Error('the patient is called Rosebud');
    });
    app.get('/stream', async (_request, reply) => {
      const body = new PassThrough();
      body.write('data: first\n\n');
      // A little late: after Node has looked for idle connections.
      closing.addEventListener('abort', () => setTimeout(() => body.end(), 200));
      return reply.type('text/event-stream').send(body);
    });
    app.get('/never', () => {
      neverAsked += 1;
      return new Promise(() => {});
    });
  },
};

const start = async (
  options: Partial<Parameters<typeof createHttpServer>[0]> = {},
): Promise<HttpServer> => {
  const server = createHttpServer({
    logger,
    host: '127.0.0.1',
    names: [],
    ready: async () => ({}),
    id: () => 'f00',
    ...options,
  });
  open.push(server);
  await server.register(pages);
  return server;
};

describe('health', () => {
  test('is told as soon as the process is up; readiness waits for the model', async () => {
    let ready = false;
    const server = await start({
      ready: async () => (ready ? { queue: { waiting: 0, running: 1 } } : undefined),
    });
    expect((await server.inject('/health')).json()).toEqual({ status: 'ok' });
    const early = await server.inject('/ready');
    expect([early.statusCode, early.json().error.code]).toEqual([503, 'not-ready']);
    ready = true;
    const response = await server.inject('/ready');
    expect([response.statusCode, response.json()]).toEqual([
      200,
      { status: 'ready', queue: { waiting: 0, running: 1 } },
    ]);
  });

  test('is told by any host name: probes use the address of the machine', async () => {
    const server = await start();
    const response = await server.inject({ url: '/health', headers: { host: '10.1.2.3' } });
    expect(response.statusCode).toBe(200);
  });
});

describe('failures', () => {
  test('of the table leave with their sentence and a fitting status', async () => {
    const response = await (await start()).inject('/refused');
    expect(response.statusCode).toBe(422);
    expect(response.json()).toEqual({
      error: {
        code: 'file-empty',
        message: 'The file is empty. Send the film again.',
        type: 'invalid_request_error',
        param: null,
      },
    });
  });

  test('of any other kind are masked, and logged by number without their words', async () => {
    const response = await (await start()).inject('/broken');
    expect(response.statusCode).toBe(500);
    expect(response.json().error.code).toBe('internal');
    expect(response.body).toContain('f00');
    expect(response.body + lines.join('')).not.toContain('Rosebud');
    expect(lines.join('')).toContain('"id":"f00"');
  });

  test('an address where nothing is says so', async () => {
    const server = await start();
    for (const request of [
      { url: '/nothing' },
      { url: '/page', method: 'PUT' },
      { url: '/../../etc/passwd' },
    ] as const) {
      const response = await server.inject(request);
      expect([response.statusCode, response.json().error.code]).toEqual([404, 'route-unknown']);
    }
  });

  test.each([
    ['broken JSON', 'application/json', '{"a":', 400, 'request-invalid'],
    ['no JSON at all', 'application/json', '', 400, 'request-invalid'],
    ['another type', 'text/csv', 'a,b', 400, 'request-invalid'],
    [
      'a body beyond the limit',
      'application/json',
      `"${'a'.repeat(70_000)}"`,
      413,
      'request-too-large',
    ],
    ['a poisoned prototype', 'application/json', '{"__proto__":{"a":1}}', 400, 'request-invalid'],
  ])('%s is refused in our own words', async (_what, type, payload, status, code) => {
    const server = await start();
    const response = await server.inject({
      url: '/page',
      method: 'POST',
      headers: { 'content-type': type },
      payload,
    });
    expect([response.statusCode, response.json().error.code]).toEqual([status, code]);
    expect(Object.keys(response.json())).toEqual(['error']);
  });

  test('an address that cannot be decoded is refused in our own words', async () => {
    const response = await (await start()).inject('/page/%c0%ff');
    expect([response.statusCode, response.json().error.code]).toEqual([400, 'request-invalid']);
  });

  test('what is not HTTP is answered and hung up on', async () => {
    const server = await start();
    const { port } = await server.listen(0);
    const socket = connect(port, '127.0.0.1');
    socket.end('HELO wetread\r\n\r\n');
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('"code":"request-invalid"');
  });
});

describe('a page of another site', () => {
  const as = async (
    headers: Record<string, string>,
    options = {},
    method: 'GET' | 'POST' = 'GET',
  ) => {
    const server = await start(options);
    const url = method === 'GET' ? '/page/1' : '/page';
    const response = await server.inject({ url, method, headers });
    return response.statusCode === 200 ? 'served' : response.json().error.code;
  };

  test.each(['localhost', 'localhost:8080', '127.0.0.1:8080', '[::1]:8080', 'LOCALHOST:1'])(
    'this server answers to %s',
    async (host) => expect(await as({ host })).toBe('served'),
  );

  test.each([
    'evil.example',
    'localhost.evil.example:8080',
    '127.0.0.1.evil.example',
    '192.168.0.7',
  ])('a server on loopback does not answer to "%s"', async (host) =>
    expect(await as({ host })).toBe('host-refused'),
  );

  test('a server for everybody answers to its addresses and names, not to any name', async () => {
    const beyond = { host: '0.0.0.0', names: ['Films.example'] };
    expect(await as({ host: '192.168.0.7:8080' }, beyond)).toBe('served');
    expect(await as({ host: '[fd00::7]:8080' }, beyond)).toBe('served');
    expect(await as({ host: 'films.example' }, beyond)).toBe('served');
    expect(await as({ host: 'evil.example' }, beyond)).toBe('host-refused');
  });

  test.each([
    [{ host: 'localhost:80', origin: 'http://evil.example' }, 'origin-refused'],
    [{ host: 'localhost:80', origin: 'null' }, 'origin-refused'],
    [{ host: 'localhost:80', origin: 'http://localhost:81' }, 'origin-refused'],
    [{ host: 'localhost:80', 'sec-fetch-site': 'cross-site' }, 'origin-refused'],
    [{ host: 'localhost:80', 'sec-fetch-site': 'same-site' }, 'origin-refused'],
    [
      { host: 'localhost:80', origin: 'http://localhost:80', 'sec-fetch-site': 'same-origin' },
      'served',
    ],
    [{ host: 'localhost:80' }, 'served'],
  ])('a POST with %j is %s', async (headers, outcome) => {
    expect(await as(headers as Record<string, string>, {}, 'POST')).toBe(outcome);
  });

  test('cannot frame, sniff or embed what this server serves', async () => {
    const { headers } = await (await start()).inject('/page/1');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'same-origin',
    });
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a server with keys', () => {
  const key = 'a-key-that-nobody-guesses';
  const signed: HttpAdapter = {
    name: 'signed',
    access: 'anyone',
    register: async (app) => void app.post('/signed', async () => ({ done: true })),
  };

  test('asks for one on its pages, by any host name, and a browser asks its user', async () => {
    const server = await start({ keys: [key] });
    const headers = { host: 'films.example' };
    const without = await server.inject({ url: '/page/1', headers });
    expect([without.statusCode, without.json().error.code]).toEqual([401, 'key-missing']);
    expect(without.headers['www-authenticate']).toMatch(/^Basic /);
    const authorization = `Basic ${Buffer.from(`me:${key}`).toString('base64')}`;
    const shown = await server.inject({ url: '/page/1', headers: { ...headers, authorization } });
    expect(shown.statusCode).toBe(200);
    expect(shown.headers['www-authenticate']).toBeUndefined();
  });

  test('still refuses what another site makes a browser send that knows the key', async () => {
    const server = await start({ keys: [key] });
    const authorization = `Basic ${Buffer.from(`me:${key}`).toString('base64')}`;
    const headers = { host: 'films.example', authorization, origin: 'http://evil.example' };
    const response = await server.inject({ url: '/page', method: 'POST', headers });
    expect([response.statusCode, response.json().error.code]).toEqual([403, 'origin-refused']);
  });

  test('leaves alone what tells by itself who may call', async () => {
    const server = await start({ keys: [key] });
    await server.register(signed);
    const response = await server.inject({ url: '/signed', method: 'POST' });
    expect(response.statusCode).toBe(200);
  });
});

describe('the log', () => {
  test('has method, route, status and time of a request, never its address or body', async () => {
    const server = await start();
    await server.inject('/page/Rosebud?name=Rosebud');
    await server.inject({ url: '/page', method: 'POST', payload: { name: 'Rosebud' } });
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged).toMatchObject([
      { method: 'GET', route: '/page/:id', status: 200 },
      { method: 'POST', route: '/page', status: 200 },
    ]);
    expect(logged[0]?.['durationMs']).toBeTypeOf('number');
    expect(lines.join('')).not.toContain('Rosebud');
  });

  test('has no failure when somebody asks before the server is ready', async () => {
    const server = await start({ ready: async () => undefined });
    expect((await server.inject('/ready')).statusCode).toBe(503);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ msg: 'request', status: 503 }]);
  });
});

describe('listening', () => {
  test('port 0 takes any free port and tells which', async () => {
    const { url, port } = await (await start()).listen(0);
    expect(url).toBe(`http://127.0.0.1:${port}/`);
    expect((await fetch(`${url}health`)).status).toBe(200);
  });

  test('localhost is listened on as localhost', async () => {
    const { url, port } = await (await start({ host: 'localhost' })).listen(0);
    expect(url).toBe(`http://localhost:${port}/`);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  test('a taken port and an address that is not ours are named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await expect((await start()).listen(port)).rejects.toMatchObject({ code: 'port-taken' });
    other.close();
    const elsewhere = await start({ host: '203.0.113.1' });
    await expect(elsewhere.listen(0)).rejects.toMatchObject({ code: 'address-unusable' });
  });
});

describe('closing', () => {
  test('waits for streams that end, and kept-alive connections do not hold it up', async () => {
    const server = await start();
    const { port } = await server.listen(0);
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('utf8').write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const began = performance.now();
    await Promise.all([once(socket, 'close'), server.close()]);
    expect(performance.now() - began).toBeLessThan(1_800);
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow('fetch failed');
  });

  test('cuts what does not end within two seconds', async () => {
    const server = await start();
    const { url } = await server.listen(0);
    const never = fetch(`${url}never`).catch(() => 'cut');
    await expect.poll(() => neverAsked).toBe(1);
    const began = performance.now();
    await server.close();
    expect(await never).toBe('cut');
    expect(performance.now() - began).toBeLessThan(4_000);
  });
});
