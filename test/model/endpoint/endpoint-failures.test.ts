import { readFile } from 'node:fs/promises';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { createLogger } from '../../../src/log.ts';
import { createEndpoint, type EndpointOptions } from '../../../src/model/endpoint/endpoint.ts';
import type { Model, ModelEvent, ModelRequest } from '../../../src/model/model.ts';
import { collect, failureOf } from '../../support/collect.ts';
import {
  answer,
  delta,
  done,
  event,
  finish,
  refuse,
  sendFixture,
  startEndpointServer,
  stream,
  type Behaviour,
  type EndpointServer,
} from '../../support/endpoint-server.ts';
import { isDelta, textOf } from '../../support/model-events.ts';
import { modelRequest } from '../../support/model-request.ts';

const never = new AbortController().signal;
const KEY = 'sk-very-secret';

let server: EndpointServer;
let models: Model[];
let log: string;

beforeEach(async () => {
  server = await startEndpointServer();
  models = [];
  log = '';
});
afterEach(async () => {
  for (const model of models) await model.close();
  await server.close();
});

const open = async (changes: Partial<EndpointOptions> = {}): Promise<Model> => {
  const destination = {
    write: (line: string) => (log += line),
  } as unknown as NodeJS.WritableStream;
  const model = await createEndpoint({
    url: server.url,
    apiKey: KEY,
    model: undefined,
    demo: false,
    firstTokenTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    retries: 0,
    retryDelayMs: 1,
    logger: createLogger('trace', destination),
    ...changes,
  });
  models.push(model);
  return model;
};

const ask = (model: Model, changes: Partial<ModelRequest> = {}): Promise<ModelEvent[]> =>
  collect(model.stream(modelRequest(changes), never));

type Refusal = { what: string; status: number; body: unknown; code: ErrorCode };

const refusals = JSON.parse(
  await readFile('test/fixtures/endpoint/errors.json', 'utf8'),
) as readonly Refusal[];

describe('a refusal becomes an error of the table', () => {
  test.each(refusals)('$what: $code', async ({ status, body, code }) => {
    server.behave(refuse(status, body));
    expect(await failureOf(ask(await open()))).toMatchObject({ name: 'WetreadError', code });
  });

  // Pages are no events; of a bare word, and of some, only the status tells what they are.
  const speaking = refusals.filter(
    ({ body, code }) => JSON.stringify(body).includes('"message"') && code !== 'endpoint-busy',
  );

  test.each(speaking)('also as the first event of a stream: $what', async ({ body, code }) => {
    server.behave(stream([event(body), done]));
    expect(await failureOf(ask(await open()))).toMatchObject({ code });
  });

  test('a redirect is not followed', async () => {
    const other = await startEndpointServer();
    server.behave(refuse(307, '', { location: `${other.url}/chat/completions` }));
    expect(await failureOf(ask(await open()))).toMatchObject({ code: 'endpoint-not-openai' });
    expect(other.requests).toEqual([]);
    await other.close();
  });

  test('a page with status 200 is not an answer', async () => {
    server.behave(refuse(200, '<html><body>Sign in</body></html>'));
    expect(await failureOf(ask(await open()))).toMatchObject({ code: 'endpoint-not-openai' });
  });
});

describe('a server that cannot be reached', () => {
  const closedPort = async (): Promise<number> => {
    const listener = createTcpServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const { port } = listener.address() as AddressInfo;
    await new Promise((resolve) => listener.close(resolve));
    return port;
  };

  test('refuses connections', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/v1`;
    expect(await failureOf(open({ url }))).toMatchObject({ code: 'endpoint-unreachable' });
  });

  test('has no name in the DNS', async () => {
    const fetch = () =>
      Promise.reject(
        new TypeError('fetch failed', {
          cause: Object.assign(new Error('getaddrinfo ENOTFOUND radvlm'), { code: 'ENOTFOUND' }),
        }),
      );
    expect(await failureOf(open({ fetch }))).toMatchObject({ code: 'endpoint-unreachable' });
  });

  test('speaks no TLS, and is not asked again', async () => {
    const url = server.url.replace('http:', 'https:');
    const failure = await failureOf(open({ url, retries: 3, retryDelayMs: 60_000 }));
    expect(failure).toMatchObject({ code: 'endpoint-unreachable' });
  });

  test('hangs up', async () => {
    const model = await open();
    server.behave((_, response) => void response.destroy());
    expect(await failureOf(ask(model))).toMatchObject({ code: 'endpoint-unreachable' });
  });
});

describe('a server that is slow', () => {
  test('with its headers', async () => {
    server.behave(() => {});
    const failure = await failureOf(ask(await open({ firstTokenTimeoutMs: 40 })));
    expect(failure).toMatchObject({ code: 'endpoint-timeout' });
    await server.completions[0]?.closed;
  });

  test('with its first word, whatever else it sends', async () => {
    const role = event({ choices: [{ index: 0, delta: { role: 'assistant', content: null } }] });
    server.behave(stream([role, ': keep-alive\n\n', role], 'hang'));
    const failure = await failureOf(ask(await open({ firstTokenTimeoutMs: 40 })));
    expect(failure).toMatchObject({ code: 'endpoint-timeout' });
  });

  test('with a refusal that never ends', async () => {
    server.behave((_, response) => {
      response.writeHead(500, { 'content-type': 'application/json' });
      response.write('{"error":');
    });
    const failure = await failureOf(ask(await open({ firstTokenTimeoutMs: 40 })));
    expect(failure).toMatchObject({ code: 'endpoint-timeout' });
  });

  test('in mid-answer', async () => {
    server.behave(stream([delta('No')], 'hang'));
    const heard: ModelEvent[] = [];
    const model = await open({ idleTimeoutMs: 40 });
    const failure = await failureOf(
      (async () => {
        for await (const some of model.stream(modelRequest(), never)) heard.push(some);
      })(),
    );
    expect(failure).toMatchObject({ code: 'endpoint-timeout' });
    expect(textOf(heard)).toBe('No');
    await server.completions[0]?.closed;
  });

  test('with its list of models', async () => {
    server.behaveForModels(() => {});
    const failure = await failureOf(open({ listTimeoutMs: 40 }));
    expect(failure).toMatchObject({ code: 'endpoint-timeout' });
  });

  test('is not taken for slow while the listener is', async () => {
    server.behave(stream([delta('No'), delta(' effusion.'), finish(), done]));
    const model = await open({ idleTimeoutMs: 300 });
    for await (const some of model.stream(modelRequest(), never)) {
      if (isDelta(some)) await new Promise((resolve) => setTimeout(resolve, 400));
    }
    expect(log).not.toContain('endpoint-timeout');
  });

  test('thinks for longer than between words, and is given the time', async () => {
    const thought = event({ choices: [{ index: 0, delta: { reasoning: 'hmm', content: null } }] });
    server.behave(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let turn = 0; turn < 12; turn += 1) {
        response.write(thought);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      response.end(delta('No.') + finish() + done);
    });
    const model = await open({ firstTokenTimeoutMs: 1_000, idleTimeoutMs: 1_000 });
    expect(textOf(await ask(model))).toBe('No.');
  });
});

describe('a stream that is cut', () => {
  const middleOfACharacter = Buffer.from(delta('naïve')).subarray(0, -10 - '"}}]}'.length);

  test.each<[string, Behaviour]>([
    ['with its connection', stream([delta('No')], 'break')],
    ['by its end', stream([delta('No')])],
    ['by its end, in an event', stream([delta('No'), delta(' effusion').slice(0, 30)])],
    ['by its end, within a character', stream([delta('No'), middleOfACharacter])],
    ['by its end, in an event that is closed', stream([delta('No'), 'data: {"choi\n\n'])],
    ['by [DONE] without a finish reason', stream([delta('No'), done])],
    ['by the server', stream([delta('No'), finish('abort'), done])],
  ])('%s', async (_, behaviour) => {
    server.behave(behaviour, answer);
    const heard: ModelEvent[] = [];
    const model = await open({ retries: 2 });
    const failure = await failureOf(
      (async () => {
        for await (const some of model.stream(modelRequest(), never)) heard.push(some);
      })(),
    );
    expect(failure).toMatchObject({ code: 'endpoint-cut', retryable: true });
    expect(textOf(heard)).toBe('No');
    // What was said can't be taken back, so nothing is asked again.
    expect(server.completions).toHaveLength(1);
  });

  test('by an error of the server in mid-answer', async () => {
    const body = { error: { message: 'EngineCore died', type: 'InternalServerError', code: 500 } };
    server.behave(stream([delta('No'), event(body), done]));
    expect(await failureOf(ask(await open()))).toMatchObject({ code: 'endpoint-failed' });
  });
});

describe('trying again', () => {
  const busy = refuse(503, { error: { message: 'Loading model', code: 503 } });

  test.each<[string, Behaviour]>([
    ['a busy server', busy],
    ['a failed one', refuse(500, { error: { message: 'oops', code: 500 } })],
    ['one that hangs up', (_, response) => void response.destroy()],
    ['one that is cut before the first word', stream([], 'break')],
    ['one that ends before the first word', stream([done])],
  ])('%s is asked again', async (_, behaviour) => {
    server.behave(behaviour, behaviour, answer);
    expect(textOf(await ask(await open({ retries: 2 })))).not.toBe('');
    expect(server.completions).toHaveLength(3);
  });

  test('no more often than is set', async () => {
    server.behave(busy);
    expect(await failureOf(ask(await open({ retries: 2 })))).toMatchObject({
      code: 'endpoint-busy',
    });
    expect(server.completions).toHaveLength(3);
  });

  test('not after a refusal', async () => {
    server.behave(refuse(404, { error: { message: 'The model `x` does not exist.', code: 404 } }));
    await failureOf(ask(await open({ retries: 2 })));
    expect(server.completions).toHaveLength(1);
  });

  test('after as long as the server says', async () => {
    const body = { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } };
    server.behave(refuse(429, body, { 'retry-after': '0' }), answer);
    const model = await open({ retries: 1, retryDelayMs: 60_000 });
    expect(textOf(await ask(model))).not.toBe('');
  });

  test('not when the server says longer than a user waits', async () => {
    const body = { error: { message: 'Rate limit reached', code: 'rate_limit_exceeded' } };
    server.behave(refuse(429, body, { 'retry-after': '3600' }), answer);
    expect(await failureOf(ask(await open({ retries: 1 })))).toMatchObject({
      code: 'endpoint-busy',
    });
  });

  test('also for the list of models', async () => {
    server.behaveForModels(busy, sendFixture('vllm-models.json'));
    expect((await open({ retries: 1 })).name).toBe('radvlm');
  });
});

describe('the key', () => {
  /** Everything that can be read of an error, hidden fields and causes included. */
  const allOf = (error: unknown): string =>
    inspect(error, { depth: 20, showHidden: true, getters: true });

  test.each<[string, Behaviour]>([
    ['a refusal', refuse(401, { error: { message: `Incorrect API key provided: ${KEY}.` } })],
    ['another refusal', refuse(400, { error: { message: `Bad header Bearer ${KEY}`, code: 400 } })],
    ['a failure', refuse(500, `<html>${KEY}</html>`)],
    ['an error in the stream', stream([event({ error: { message: KEY, code: 500 } })])],
    ['an event that cannot be parsed', stream([`data: {"${KEY}\n\n`])],
    ['a cut', stream([delta('No')], 'break')],
  ])('is neither in the error nor in the log of %s', async (_, behaviour) => {
    server.behave(behaviour);
    const failure = await failureOf(ask(await open()));
    expect(allOf(failure)).not.toContain(KEY);
    expect(log).toContain('endpoint');
    expect(log).not.toContain(KEY);
    expect(log).not.toContain('findings');
  });

  test('is not in the error when it cannot be sent', async () => {
    const failure = await failureOf(open({ apiKey: `${KEY}\nX-Other: 1` }));
    expect(failure).toMatchObject({ code: 'endpoint-key' });
    expect(allOf(failure)).not.toContain(KEY);
  });

  test('is not in the error when fetch quotes it', async () => {
    const fetch = () => Promise.reject(new TypeError(`invalid header value: Bearer ${KEY}`));
    const failure = await failureOf(open({ fetch }));
    expect(failure).toMatchObject({ code: 'endpoint-unreachable' });
    expect(allOf(failure)).not.toContain(KEY);
  });
});

test.each(['radvlm:8000/v1', 'ftp://radvlm/v1', 'http://me:sk-very-secret@radvlm/v1', ''])(
  'an address that cannot be used is a setting: %j',
  async (url) => {
    const failure = await failureOf(open({ url }));
    expect(failure).toMatchObject({ code: 'setting-invalid' });
    expect(inspect(failure)).not.toContain(KEY);
  },
);
