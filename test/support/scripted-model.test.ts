import { expect, test } from 'vitest';
import { WetreadError } from '../../src/errors.ts';
import { describeModel } from '../contracts/model.contract.ts';
import { babble } from './babble.ts';
import { collect } from './collect.ts';
import { modelRequest, user } from './model-request.ts';
import { createScriptedModel, type Script } from './scripted-model.ts';

const babbling: Script = ({ messages, sampling }) =>
  babble({ texts: messages.map(({ text }) => text), ...sampling });

describeModel('the scripted model', { create: () => createScriptedModel({ script: babbling }) });

const never = new AbortController().signal;

test('a request that nothing is scripted for fails', async () => {
  const model = createScriptedModel();
  await expect(collect(model.stream(modelRequest(), never))).rejects.toThrow(
    'nothing is scripted for: "What are the findings?"',
  );
});

test('it says what the script says, and remembers what it was asked', async () => {
  const model = createScriptedModel({
    script: ({ messages }) => (messages.at(-1)?.text === 'Is it?' ? 'No.' : ['A', ' b', 'c']),
  });
  const is = modelRequest({ messages: [user('Is it?')] });
  const events = [
    ...(await collect(model.stream(is, never))),
    ...(await collect(model.stream(modelRequest(), never))),
  ];
  expect(events.flatMap((event) => (event.type === 'text-delta' ? [event.text] : []))).toEqual([
    'No.',
    'A',
    ' b',
    'c',
  ]);
  expect(model.calls).toEqual([is, modelRequest()]);
  expect(model.running).toBe(0);
});

test('it fails as the script fails', async () => {
  const model = createScriptedModel({
    script: () => {
      throw new WetreadError('model-stopped');
    },
  });
  await expect(collect(model.stream(modelRequest(), never))).rejects.toMatchObject({
    code: 'model-stopped',
  });
});

test('a pause that never ends is left by an abort', async () => {
  const model = createScriptedModel({ script: () => 'No.', pause: () => new Promise(() => {}) });
  const stop = new AbortController();
  const reading = collect(model.stream(modelRequest(), stop.signal));
  setTimeout(() => stop.abort(new Error('enough')), 2);
  await expect(reading).rejects.toThrow('enough');
  expect(model.running).toBe(0);
});
