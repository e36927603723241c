import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { createEndpoint, type EndpointOptions } from '../../../src/model/endpoint/endpoint.ts';
import type { Model } from '../../../src/model/model.ts';
import { failureOf } from '../../support/collect.ts';
import {
  refuse,
  sendFixture,
  startEndpointServer,
  type EndpointServer,
} from '../../support/endpoint-server.ts';

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
    logger: createLogger('silent'),
    ...changes,
  });
  models.push(model);
  return model;
};

test('the only model that is served is asked, with the context that it has', async () => {
  const model = await open();
  expect([model.name, model.version, model.demo, model.contextTokens]).toEqual([
    'radvlm',
    'endpoint:radvlm',
    false,
    16_000,
  ]);
});

test('a context that is set is believed', async () => {
  expect((await open({ contextTokens: 8192 })).contextTokens).toBe(8192);
});

test('an operator may say that it is a demonstration', async () => {
  expect((await open({ demo: true })).demo).toBe(true);
});

test('a model that is set must be served', async () => {
  expect((await open({ model: 'radvlm' })).name).toBe('radvlm');
  expect(await failureOf(open({ model: 'chexagent' }))).toMatchObject({ code: 'endpoint-model' });
});

test('of several models one must be set, as Ollama lists them or as it takes them', async () => {
  server.behaveForModels(sendFixture('ollama-models.json'));
  expect(await failureOf(open())).toMatchObject({ code: 'endpoint-model' });
  expect((await open({ model: 'qwen3-vl:8b' })).name).toBe('qwen3-vl:8b');
  expect((await open({ model: 'llava' })).contextTokens).toBe(16_384);
});

test('of llama.cpp the name of the file is shown, or the one that is set', async () => {
  server.behaveForModels(sendFixture('llama-cpp-models.json'));
  expect((await open()).name).toBe('Qwen2.5-VL-7B-Instruct-Q4_K_M');
  expect((await open({ model: 'radvlm' })).name).toBe('radvlm');
});

test('a server without a list is asked for the model that is set', async () => {
  server.behaveForModels(refuse(404, { error: { message: 'Unknown route', code: 404 } }));
  expect((await open({ model: 'radvlm' })).name).toBe('radvlm');
  expect(await failureOf(open())).toMatchObject({ code: 'endpoint-model' });
});

test.each<[string, unknown]>([
  ['a page', '<html></html>'],
  ['another JSON', { models: [] }],
  ['null', null],
])('%s in place of the list is not an OpenAI-compatible server', async (_, body) => {
  server.behaveForModels(refuse(200, body));
  expect(await failureOf(open({ model: 'radvlm' }))).toMatchObject({ code: 'endpoint-not-openai' });
});

test('a list that is cut is not believed', async () => {
  server.behaveForModels((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"object":"list","data":[{"id":"rad');
  });
  expect(await failureOf(open())).toMatchObject({ code: 'endpoint-not-openai' });
});

test('an address without its version says so', async () => {
  const url = server.url.replace(/\/v1$/, '');
  server.behave(refuse(404, { detail: 'Not Found' }));
  expect(await failureOf(open({ url }))).toMatchObject({ code: 'endpoint-not-openai' });
});
