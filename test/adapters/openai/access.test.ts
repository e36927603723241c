import { describe, expect, test } from 'vitest';
import { createHttpServer } from '../../../src/adapters/http.ts';
import { FAILURE } from '../../../src/adapters/openai/wire.ts';
import { createLogger } from '../../../src/log.ts';
import { createReader } from '../../support/scripted-reader.ts';
import { asking, KEY, startApi } from './start-api.ts';

const OTHER = 'another-key-of-this-server';
const reader = () => createReader({ hello: 'Hello.' });

const codeOf = async (response: Response): Promise<string> => {
  if (response.status === 200) return 'served';
  const { error } = FAILURE.strict().parse(await response.json());
  return `${response.status} ${error.type} ${error.code}`;
};

describe('a server with keys', () => {
  const start = () => startApi(reader(), { keys: [KEY, OTHER] });

  test.each([
    ['the first', `Bearer ${KEY}`, 'served'],
    ['another', `bearer ${OTHER}`, 'served'],
    ['none', undefined, '401 authentication_error key-missing'],
    ['a wrong one', 'Bearer a-key-that-nobody-gave-out', '401 authentication_error key-wrong'],
    ['a longer one', `Bearer ${KEY}x`, '401 authentication_error key-wrong'],
    ['the beginning of one', `Bearer ${KEY.slice(0, -1)}`, '401 authentication_error key-wrong'],
    ['both at once', `Bearer ${KEY},${OTHER}`, '401 authentication_error key-wrong'],
    ['an empty one', 'Bearer ', '401 authentication_error key-missing'],
    ['another scheme', `Digest ${KEY}`, '401 authentication_error key-missing'],
    ['one as a browser sends it', `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`, 'served'],
    [
      'a wrong one as a browser sends it',
      `Basic ${Buffer.from(KEY).toString('base64')}`,
      '401 authentication_error key-wrong',
    ],
  ])('%s', async (_what, authorization, outcome) => {
    const { base } = await start();
    const headers = authorization === undefined ? {} : { authorization };
    expect(await codeOf(await fetch(`${base}/models`, { headers }))).toBe(outcome);
  });

  test('asks for one before it reads a body, and at every address', async () => {
    const { post, base } = await start();
    expect(await codeOf(await post('{"broken'))).toBe('401 authentication_error key-missing');
    for (const path of ['/nothing', '/openapi.json', '/models/x'])
      expect(await codeOf(await fetch(`${base}${path}`))).toContain('key-missing');
    const { headers } = await fetch(`${base}/models`);
    expect(headers.get('www-authenticate')).toMatch(/^Basic realm=/);
  });

  test('answers by any host name: a name that was bent to this machine shows no key', async () => {
    const { server } = await start();
    const response = await server.inject({
      url: '/v1/models',
      headers: { host: 'films.example', authorization: `Bearer ${KEY}` },
    });
    expect(response.statusCode).toBe(200);
  });

  test('leaves health to everybody', async () => {
    const { url } = await start();
    expect((await fetch(`${url}health`)).status).toBe(200);
  });
});

describe('a page of another site', () => {
  test('can neither post to the API of this machine nor be answered by it', async () => {
    const { post, server } = await startApi(reader());
    for (const headers of [
      { origin: 'http://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as const)
      expect(await codeOf(await post(asking('hello'), { headers: { ...headers } }))).toBe(
        '403 permission_error origin-refused',
      );
    const rebound = await server.inject({
      url: '/v1/models',
      headers: { host: 'evil.example:8080', origin: 'http://evil.example:8080' },
    });
    expect([rebound.statusCode, rebound.json().error.code]).toEqual([403, 'host-refused']);
  });

  test('is given no leave by a preflight', async () => {
    const { base } = await startApi(reader());
    const response = await fetch(`${base}/chat/completions`, {
      method: 'OPTIONS',
      headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(response.status).toBe(405);
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the rate', () => {
  test('is limited by key, and says when to come back', async () => {
    const { base } = await startApi(reader(), { keys: [KEY, OTHER], requestsPerMinute: 2 });
    const ask = (key: string) =>
      fetch(`${base}/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(await codeOf(await ask(KEY))).toBe('served');
    expect(await codeOf(await ask(KEY))).toBe('served');
    const refused = await ask(KEY);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(refused)).toBe('429 rate_limit_error asked-too-often');
    expect(await codeOf(await ask(OTHER))).toBe('served');
  });

  test('is limited by address where there are no keys, whatever is shown', async () => {
    const { base } = await startApi(reader(), { requestsPerMinute: 2 });
    const ask = (authorization: string) => fetch(`${base}/models`, { headers: { authorization } });
    const outcomes: string[] = [];
    for (const key of ['one', 'two', 'three']) outcomes.push(await codeOf(await ask(key)));
    expect(outcomes).toEqual(['served', 'served', '429 rate_limit_error asked-too-often']);
  });
});

test('the log says nothing of keys, questions, answers or films', async () => {
  const lines: string[] = [];
  const logger = createLogger('trace', { write: (line: string) => void lines.push(line) } as never);
  const { post } = await startApi(createReader({ 'Rosebud?': 'Rosebud.' }), {
    keys: [KEY],
    logger,
  });
  const headers = { authorization: `Bearer ${KEY}` };
  expect((await post(asking('Rosebud?', { user: 'Rosebud' }), { headers })).status).toBe(200);
  await post(asking('Rosebud!', { model: 'Rosebud' }), { headers });
  expect(lines.join('')).toContain('/v1/chat/completions');
  expect(lines.join('')).not.toMatch(/Rosebud|base64|a-key-that/);
});

test('without keys the server of an adapter is its own names alone', async () => {
  const server = createHttpServer({
    logger: createLogger('silent'),
    host: '127.0.0.1',
    names: ['films.example'],
    ready: async () => ({}),
    id: () => 'x',
  });
  await server.register({
    name: 'page',
    access: 'own-pages',
    register: async (app) => void app.get('/page', async () => 'page'),
  });
  const by = async (host: string) =>
    (await server.inject({ url: '/page', headers: { host } })).statusCode;
  expect([await by('films.example'), await by('evil.example')]).toEqual([200, 403]);
  await server.close();
});
