import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { FAILURE } from '../../../src/adapters/openai/wire.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { createReader } from '../../support/scripted-reader.ts';
import { refusal, unasked } from './refusal.ts';
import { asking, startApi } from './start-api.ts';

const withText = (content: unknown, role = 'user') =>
  asking('', { messages: [{ role, content }, ...asking('hello').messages] });

describe('a body that is no request', () => {
  test.each([
    ['broken JSON', '{"model":', 400, 'request-invalid', null],
    ['nothing', '', 400, 'request-invalid', null],
    ['a list', '[]', 400, 'request-invalid', null],
    ['a number', '7', 400, 'request-invalid', null],
    ['null', 'null', 400, 'request-invalid', null],
    ['no model', '{"messages":[]}', 400, 'request-invalid', 'model'],
    ['a poisoned prototype', '{"__proto__":{"a":1}}', 400, 'request-invalid', null],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400, 'request-invalid', null],
  ])('%s', async (_what, body, status, code, param) => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(body))).toMatchObject({ status, code, param });
  });

  test('200 MB are refused before they are read', async () => {
    const { post } = await startApi(unasked());
    const megabyte = 'a'.repeat(2 ** 20);
    // Its length is said beforehand, so not one byte needs to travel.
    const body = `{"model":"${megabyte.repeat(49)}"}`;
    expect(await refusal(await post(body))).toMatchObject({
      status: 413,
      code: 'request-too-large',
    });
  });

  test('200 MB that do not say how long they are are refused on the way', async () => {
    const { port } = await startApi(unasked());
    const sending = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    sending.on('error', () => undefined);
    const answered = once(sending, 'response') as Promise<[{ statusCode: number }]>;
    const megabyte = Buffer.alloc(2 ** 20, 'a');
    let sent = 0;
    const send = (): void => {
      while (sent < 200 && !sending.destroyed) {
        sent += 1;
        if (!sending.write(megabyte)) {
          sending.once('drain', send);
          return;
        }
      }
    };
    send();
    const [{ statusCode }] = await answered;
    expect(statusCode).toBe(413);
    expect(sent).toBeLessThan(200);
    sending.destroy();
  });

  test('another type than JSON', async () => {
    const { post } = await startApi(unasked());
    const response = await post('model=x', { headers: { 'content-type': 'text/plain' } });
    expect(await refusal(response)).toMatchObject({ status: 400, code: 'request-invalid' });
  });
});

describe('a request that asks for what there is not', () => {
  test.each([
    ['tools', [{ type: 'function' }]],
    ['tool_choice', 'required'],
    ['functions', [{}]],
    ['response_format', { type: 'json_object' }],
    ['logprobs', true],
    ['logit_bias', { 1: 2 }],
    ['frequency_penalty', 0.5],
    ['audio', { voice: 'x' }],
    ['modalities', ['text', 'audio']],
    ['store', true],
  ])('%s is refused by name', async (field, value) => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(asking('hello', { [field]: value })))).toMatchObject({
      status: 400,
      code: 'field-unsupported',
      param: field,
      type: 'invalid_request_error',
      message: expect.stringContaining(field),
    });
  });

  test.each([
    ['n', 2, 'only 1'],
    ['temperature', 3, 'temperature'],
    ['temperature', 'warm', 'expected number'],
    ['top_p', 0, 'top_p'],
    ['max_tokens', 0, 'max_tokens'],
    ['max_tokens', 1.5, 'max_tokens'],
    ['seed', 1e300, 'seed'],
    ['stop', ['a', 'b', 'c', 'd', 'e'], 'at most 4'],
    ['stop', '', 'stop'],
    ['stream', 'yes', 'stream'],
    ['messages', [], 'at least one'],
    ['messages', 'hello', 'messages'],
    ['wetread', { choose: 'everything' }, 'wetread.choose'],
  ])('%s = %j is refused with its rule', async (field, value, rule) => {
    const { post } = await startApi(unasked());
    const refused = await refusal(await post(asking('hello', { [field]: value })));
    expect(refused).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(refused.param).toContain(field);
    expect(refused.message).toContain(rule);
  });

  test('a model that is not here is a 404 that names those that are', async () => {
    const { post } = await startApi(unasked());
    expect(await refusal(await post(asking('hello', { model: 'gpt-5' })))).toMatchObject({
      status: 404,
      param: 'model',
      message: expect.stringContaining('scripted:wet-read'),
    });
  });
});

describe('messages that cannot be understood', () => {
  test.each([
    ['null characters', withText('a\0b'), 'messages[0].content'],
    ['half a surrogate pair', JSON.stringify(withText('?')).replace('?', '\\ud800'), 'content'],
    ['a tool message', withText('x', 'tool'), 'messages[0].role'],
    ['no content', withText(undefined), 'messages[0].content'],
    ['a part of another type', withText([{ type: 'input_audio' }]), 'messages[0].content[0]'],
    [
      'a tool call',
      asking('', {
        messages: [
          { role: 'assistant', content: null, tool_calls: [{}] },
          ...asking('hello').messages,
        ],
      }),
      'messages[0].tool_calls',
    ],
    [
      'an answer for the last',
      asking('', { messages: [...asking('hello').messages, { role: 'assistant', content: 'x' }] }),
      'messages',
    ],
    [
      '1,000 messages',
      asking('', {
        messages: Array.from({ length: 1_000 }, () => ({ role: 'user', content: 'hello' })),
      }),
      'messages',
    ],
    ['a book', withText('word '.repeat(100_000)), 'messages'],
  ])('%s', async (_what, body, param) => {
    const { post } = await startApi(unasked());
    const refused = await refusal(await post(body));
    expect(refused).toMatchObject({ status: 400, code: 'request-invalid' });
    expect(refused.param).toContain(param);
  });

  test('a question of a book is too long, no film is needed, no words are no question', async () => {
    const { post } = await startApi(unasked());
    const long = await refusal(await post(asking('word '.repeat(2_000))));
    expect([long.status, long.code]).toEqual([422, 'question-too-long']);
    const messages = [{ role: 'user', content: 'hello' }];
    const bare = await refusal(await post(asking('', { messages })));
    expect([bare.status, bare.code]).toEqual([422, 'film-needed']);
    const silent = await refusal(await post(asking('')));
    expect([silent.status, silent.code]).toEqual([400, 'question-empty']);
  });

  test('more than the model holds is a 400', async () => {
    const model = createReader({ hello: 'Hello.' }, { contextTokens: 10 });
    const { post } = await startApi(model);
    const full = await refusal(await post(asking('hello')));
    expect([full.status, full.code]).toEqual([400, 'context-full']);
  });
});

describe('an address or a method that is not served', () => {
  test('is a 404 that names what is', async () => {
    const { base } = await startApi(unasked());
    for (const path of ['/embeddings', '/completions', '/', '/chat', '/responses?x=1']) {
      const refused = await refusal(await fetch(`${base}${path}`, { method: 'POST' }));
      expect([refused.status, refused.code]).toEqual([404, 'api-route-unknown']);
      expect(refused.message).toContain('POST /v1/chat/completions');
    }
  });

  test('is a 405 that names the method', async () => {
    const { base } = await startApi(unasked());
    for (const [path, method, allowed] of [
      ['/chat/completions', 'GET', 'POST'],
      ['/models', 'POST', 'GET'],
      ['/models/scripted', 'DELETE', 'GET'],
    ] as const) {
      const response = await fetch(`${base}${path}`, { method });
      expect(response.headers.get('allow')).toBe(allowed);
      expect(await refusal(response)).toMatchObject({ status: 405, code: 'method-unknown' });
    }
  });

  test('is told in the same shape where it is not even an address, or HTTP', async () => {
    const { port } = await startApi(unasked());
    for (const [line, status] of [
      ['GET /v1/models/%c0%ff HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400],
      ['HELO wetread\r\n\r\n', 400],
      [`GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ] as const) {
      const socket = connect(port, '127.0.0.1');
      socket.write(line);
      let text = '';
      for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
      expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      FAILURE.strict().parse(JSON.parse(text.slice(text.indexOf('{'))));
    }
  });
});

test('a client that reads nothing holds up nobody', async () => {
  const model = createScriptedModel({ script: () => 'word '.repeat(1_000) });
  const { port, post } = await startApi(model);
  const body = JSON.stringify(asking('Tell me all.', { stream: true }));
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  await expect.poll(() => model.calls.length, { timeout: 10_000 }).toBe(1);
  await expect.poll(() => model.running, { timeout: 10_000 }).toBe(0);
  expect((await post(asking('Tell me all.'))).status).toBe(200);
  socket.destroy();
});
