import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
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
  type EndpointServer,
} from '../../support/endpoint-server.ts';
import { endOf, isDelta, textOf } from '../../support/model-events.ts';
import { assistant, modelRequest, user } from '../../support/model-request.ts';
import { readPhantom } from '../../support/phantom.ts';

const never = new AbortController().signal;

let server: EndpointServer;
let models: Model[];

beforeEach(async () => {
  server = await startEndpointServer();
  models = [];
});
afterEach(async () => {
  for (const model of models) await model.close();
  await server.close();
});

const open = async (changes: Partial<EndpointOptions> = {}): Promise<Model> => {
  const model = await createEndpoint({
    url: server.url,
    apiKey: undefined,
    model: undefined,
    demo: false,
    firstTokenTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    retries: 0,
    retryDelayMs: 1,
    logger: createLogger('silent'),
    ...changes,
  });
  models.push(model);
  return model;
};

const ask = (model: Model, changes: Partial<ModelRequest> = {}): Promise<ModelEvent[]> =>
  collect(model.stream(modelRequest(changes), never));

describe('what it sends', () => {
  test('the film once, in the first question, as a PNG in a data URI, before the words', async () => {
    const film = await readPhantom();
    const messages = [user('Report?', film), assistant('Clear lungs.'), user('Is there a nodule?')];
    await ask(await open(), { messages });
    expect(server.completions[0]?.body?.messages).toEqual([
      {
        role: 'user',
        content: [
          {
            type: 'image_url',
            image_url: {
              url: `data:image/png;base64,${Buffer.from(film.png).toString('base64')}`,
            },
          },
          { type: 'text', text: 'Report?' },
        ],
      },
      { role: 'assistant', content: 'Clear lungs.' },
      { role: 'user', content: 'Is there a nodule?' },
    ]);
  });

  test('a greedy question: temperature always, no system message, nothing that does not count', async () => {
    await ask(await open(), { sampling: { temperature: 0, topP: 0.9, seed: 7 }, maxTokens: 1500 });
    expect(server.completions[0]?.body).toEqual({
      model: 'radvlm',
      messages: [{ role: 'user', content: 'What are the findings?' }],
      max_tokens: 1500,
      temperature: 0,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('a sampled question: with its seed, its share and its stop texts', async () => {
    const sampling = { temperature: 0.7, topP: 0.9, seed: 7 };
    await ask(await open(), { sampling, stop: ['\n\n'] });
    expect(server.completions[0]?.body).toMatchObject({
      temperature: 0.7,
      top_p: 0.9,
      seed: 7,
      stop: ['\n\n'],
    });
  });

  test('one token that is dropped when it only reads', async () => {
    const events = await ask(await open(), { maxTokens: 0 });
    expect(server.completions[0]?.body?.max_tokens).toBe(1);
    expect(textOf(events)).toBe('');
    expect(endOf(events)).toMatchObject({ finishReason: 'length', usage: { completionTokens: 0 } });
  });

  test('the key as a bearer token, and nothing about this machine', async () => {
    await ask(await open({ apiKey: 'sk-very-secret' }));
    const [list, completion] = server.requests;
    expect(list?.headers.authorization).toBe('Bearer sk-very-secret');
    expect(completion?.headers.authorization).toBe('Bearer sk-very-secret');
    const names = Object.keys(completion?.headers ?? {});
    expect(names.filter((name) => /stainless|openai|os|runtime/.test(name))).toEqual(['host']);
  });

  test('nothing of the environment that the client would read', async () => {
    const variables = {
      OPENAI_API_KEY: 'sk-other',
      OPENAI_ORG_ID: 'org-other',
      OPENAI_PROJECT_ID: 'project-other',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/v1',
      OPENAI_CUSTOM_HEADERS: 'x-other: 1',
    };
    Object.assign(process.env, variables);
    try {
      await ask(await open());
      expect(JSON.stringify(server.completions[0]?.headers)).not.toContain('other');
    } finally {
      for (const name of Object.keys(variables)) delete process.env[name];
    }
  });

  test('no authorization without a key', async () => {
    await ask(await open({ apiKey: '' }));
    expect(server.completions[0]?.headers).not.toHaveProperty('authorization');
  });

  test('the newer name of the token limit, from the time that a server asked for it', async () => {
    const message =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    const body = {
      error: {
        message,
        type: 'invalid_request_error',
        param: 'max_tokens',
        code: 'unsupported_parameter',
      },
    };
    server.behave(refuse(400, body), answer);
    const model = await open();
    await ask(model, { maxTokens: 9 });
    await ask(model, { maxTokens: 9 });
    const limits = server.completions.map(({ body: sent }) => [
      sent?.max_tokens,
      sent?.max_completion_tokens,
    ]);
    expect(limits).toEqual([
      [9, undefined],
      [undefined, 9],
      [undefined, 9],
    ]);
  });

  test.each([
    "'max_tokens' or 'max_completion_tokens' is too large: 1500. This model's maximum context length is 8192 tokens and your request has 8000 input tokens (1500 > 8192 - 8000).",
    "This model's maximum context length is 8192 tokens. However, you requested 9500 tokens (8000 in the messages, 1500 in the completion). Please reduce the length of the messages or completion.",
  ])('a shorter answer when the prompt fits and the answer would not: %s', async (message) => {
    server.behave(refuse(400, { error: { message, type: 'BadRequestError', code: 400 } }), answer);
    const events = await ask(await open(), { maxTokens: 1500 });
    expect(server.completions.map(({ body }) => body?.max_tokens)).toEqual([1500, 192]);
    expect(textOf(events)).not.toBe('');
  });
});

describe('what it makes of an answer', () => {
  test.each([
    [
      'vllm',
      'No effusion.',
      'stop',
      { promptTokens: 7311, cachedTokens: 7296, completionTokens: 4 },
    ],
    [
      'llama-cpp',
      'No effusion.',
      'length',
      { promptTokens: 1044, cachedTokens: 0, completionTokens: 3 },
    ],
    [
      'ollama',
      'No effusion.',
      'stop',
      { promptTokens: 1210, cachedTokens: 0, completionTokens: 9 },
    ],
  ])('%s', async (name, text, finishReason, usage) => {
    server.behave(sendFixture(`${name}-stream.txt`));
    const events = await ask(await open());
    expect(textOf(events)).toBe(text);
    expect(endOf(events)).toEqual({ type: 'end', finishReason, usage });
    expect(events[0]).toMatchObject({ type: 'reading', done: 0 });
  });

  test('comments, empty events and unknown fields are passed over', async () => {
    server.behave(
      stream([
        ': keep-alive\n\n',
        event({ choices: [] }),
        event({ choices: null, usage: null, prompt_progress: { total: 9 } }),
        ': keep-alive\n\n',
        'event: message\n' + delta('No.'),
        event({ choices: [{ delta: { content: null, tool_calls: [] }, finish_reason: 'stop' }] }),
      ]),
    );
    expect(textOf(await ask(await open()))).toBe('No.');
  });

  test('usage is estimated where a server sends none', async () => {
    server.behave(stream([delta('No'), delta(' effusion.'), finish(), done]));
    const model = await open();
    const { usage } = endOf(await ask(model));
    expect(usage).toEqual({
      promptTokens: await model.count(modelRequest().messages),
      cachedTokens: 0,
      completionTokens: 2,
    });
  });

  test('a character that is cut by the network comes whole', async () => {
    const bytes = Buffer.from(delta('naïve 🫁') + finish() + done);
    const cuts = Array.from(bytes, (byte) => Uint8Array.of(byte));
    server.behave(stream(cuts));
    expect(textOf(await ask(await open()))).toBe('naïve 🫁');
  });

  test('a character that is cut by the server comes whole', async () => {
    server.behave(stream([delta('\ud83e'), delta('\udec1 clear'), finish(), done]));
    const events = await ask(await open());
    expect(events.filter(isDelta).map(({ text }) => text)).toEqual(['🫁 clear']);
  });

  test('it is whole with its finish reason, also when the stream breaks after it', async () => {
    server.behave(stream([delta('No.'), finish()], 'break'));
    expect(textOf(await ask(await open()))).toBe('No.');
  });

  test('it is whole with its finish reason, also when the stream then hangs', async () => {
    server.behave(stream([delta('No.'), finish()], 'hang'));
    const events = await ask(await open({ idleTimeoutMs: 300 }));
    expect(endOf(events).finishReason).toBe('stop');
    await server.completions[0]?.closed;
  });
});

describe('when it is stopped', () => {
  const silence = stream([], 'hang');
  const oneWord = stream([delta('No')], 'hang');

  test.each([
    ['before the first word', silence, 0],
    ['in the answer', oneWord, 1],
  ])('%s, the request ends too', async (_, behaviour, words) => {
    server.behave(behaviour);
    const stop = new AbortController();
    const reason = new Error('enough');
    const heard: ModelEvent[] = [];
    const model = await open();
    const listening = (async () => {
      for await (const heardEvent of model.stream(modelRequest(), stop.signal)) {
        heard.push(heardEvent);
      }
    })();
    const failure = failureOf(listening);
    while (server.completions.length === 0 || heard.filter(isDelta).length < words) await wait(1);
    stop.abort(reason);
    expect(await failure).toBe(reason);
    await server.completions[0]?.closed;
  });

  test('by a listener that leaves, the request ends too', async () => {
    server.behave(oneWord);
    for await (const heard of (await open()).stream(modelRequest(), never)) {
      if (isDelta(heard)) break;
    }
    await server.completions[0]?.closed;
    expect(server.completions).toHaveLength(1);
  });

  test('by closing, running requests end with model-closed', async () => {
    server.behave(silence);
    const model = await open();
    const failure = failureOf(ask(model));
    while (server.completions.length === 0) await wait(1);
    await model.close();
    expect(await failure).toMatchObject({ code: 'model-closed' });
    await server.completions[0]?.closed;
  });

  test('while it waits to try again, it does not try again', async () => {
    server.behave(refuse(503, { error: { message: 'Loading model', code: 503 } }));
    const model = await open({ retries: 3, retryDelayMs: 60_000 });
    const stop = new AbortController();
    const failure = failureOf(collect(model.stream(modelRequest(), stop.signal)));
    const reason = new Error('enough');
    while (server.completions.length === 0) await wait(1);
    await wait(20);
    stop.abort(reason);
    expect(await failure).toBe(reason);
    expect(server.completions).toHaveLength(1);
  });
});
