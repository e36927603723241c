import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { FAILURE, MODEL_CARD, MODEL_LIST } from '../../../src/adapters/openai/wire.ts';
import { createScriptedModel } from '../../support/scripted-model.ts';
import { startApi } from './start-api.ts';

test('the models are the name of what is loaded, alone and with each task', async () => {
  const { base } = await startApi(createScriptedModel({ name: 'radvlm' }));
  const list = MODEL_LIST.strict().parse(await (await fetch(`${base}/models`)).json());
  expect(list.data.map(({ id }) => id)).toEqual([
    'radvlm',
    'radvlm:wet-read',
    'radvlm:report',
    'radvlm:classify',
    'radvlm:detect',
    'radvlm:raw',
  ]);
});

test.each(['llava:7b', 'someone/RadVLM', 'a name with spaces'])(
  'a model may be called "%s"',
  async (name) => {
    const { base } = await startApi(createScriptedModel({ name }));
    for (const id of [name, `${name}:raw`])
      for (const path of [encodeURIComponent(id), encodeURI(id)])
        expect(
          MODEL_CARD.strict().parse(await (await fetch(`${base}/models/${path}`)).json()).id,
        ).toBe(id);
    const missing = await fetch(`${base}/models/other`);
    expect(missing.status).toBe(404);
    expect(FAILURE.parse(await missing.json()).error.code).toBe('model-unknown');
  },
);

test('the description is valid OpenAPI 3.1, and describes every address and field', async () => {
  const { base } = await startApi(createScriptedModel());
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as {
    openapi: string;
    paths: object;
    components: { schemas: Record<string, { properties: object }> };
  };
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(['/chat/completions', '/models', '/models/{id}']);
  const { properties } = document.components.schemas['ChatCompletionRequest'] ?? {};
  expect(Object.keys(properties ?? {})).toEqual(
    expect.arrayContaining(['messages', 'stream', 'wetread', 'stop', 'seed']),
  );
  expect(properties).toHaveProperty(
    'wetread.anyOf.0.properties.choose.anyOf.0.enum',
    expect.arrayContaining(['read', 'turn', 'as-is', 'masked', 'masked-turn']),
  );
});

test('an API whose model is not there yet says so', async () => {
  const { WetreadError } = await import('../../../src/errors.ts');
  const { base } = await startApi(createScriptedModel(), {
    open: () => {
      throw new WetreadError('not-ready');
    },
  });
  const response = await fetch(`${base}/models`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
  expect(FAILURE.parse(await response.json()).error.code).toBe('not-ready');
});
