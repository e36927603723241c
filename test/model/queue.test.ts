import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createQueue } from '../../src/model/queue.ts';
import type { Model, ModelEvent, ModelRequest } from '../../src/model/model.ts';
import { describeModel } from '../contracts/model.contract.ts';
import { babble } from '../support/babble.ts';
import { collect } from '../support/collect.ts';
import { textOf } from '../support/model-events.ts';
import { modelRequest, user } from '../support/model-request.ts';
import { createScriptedModel, type Script } from '../support/scripted-model.ts';

const babbling: Script = ({ messages, sampling }) =>
  babble({ texts: messages.map(({ text }) => text), ...sampling });

describeModel('the queue before the scripted model', {
  create: () => createQueue(createScriptedModel({ script: babbling }), { places: 4, running: 1 }),
});

const never = new AbortController().signal;

/** Held at its gate, the model lets one request a time through, in the order in which they reached it. */
const createGate = () => {
  const waiting: (() => void)[] = [];
  return {
    script: async (request: ModelRequest) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return `${request.messages[0]?.text} answered`;
    },
    async letOne() {
      waiting.shift()?.();
      await settle();
    },
  };
};

/** Long enough for every generator to get as far as it can. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 12; turn += 1) await setImmediate();
};

const ask = (text: string, asker: string, changes: Partial<ModelRequest> = {}): ModelRequest =>
  modelRequest({ messages: [user(text)], asker, ...changes });

type Listener = {
  readonly events: ModelEvent[];
  readonly places: () => number[];
  readonly done: Promise<'answered' | { readonly failed: unknown }>;
  readonly stop: AbortController;
};

const listen = (model: Model, request: ModelRequest): Listener => {
  const stop = new AbortController();
  const events: ModelEvent[] = [];
  const done = (async () => {
    for await (const event of model.stream(request, stop.signal)) events.push(event);
    return 'answered' as const;
  })().catch((failed: unknown) => ({ failed }));
  return {
    events,
    places: () => events.flatMap((event) => (event.type === 'queued' ? [event.place] : [])),
    done,
    stop,
  };
};

/** Who was answered, in the order in which the model was asked. */
const order = (calls: readonly ModelRequest[]): (string | undefined)[] =>
  calls.map(({ messages }) => messages[0]?.text);

const gatedQueue = (options: { places: number; running: number }) => {
  const gate = createGate();
  const model = createScriptedModel({ script: gate.script });
  return { gate, model, queue: createQueue(model, options) };
};

describe('the queue', () => {
  test('lets a request through at once while the model has room', async () => {
    const { gate, queue } = gatedQueue({ places: 2, running: 2 });
    const one = listen(queue, ask('one', 'ann'));
    const two = listen(queue, ask('two', 'bob'));
    await settle();
    expect([queue.running, queue.waiting]).toEqual([2, 0]);
    await gate.letOne();
    await gate.letOne();
    expect([await one.done, await two.done]).toEqual(['answered', 'answered']);
    expect([one.places(), two.places()]).toEqual([[], []]);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  test('tells everybody who waits each place, down to the first', async () => {
    const { gate, queue } = gatedQueue({ places: 3, running: 1 });
    const listeners = ['one', 'two', 'three', 'four'].map((text) => listen(queue, ask(text, text)));
    await settle();
    expect([queue.running, queue.waiting]).toEqual([1, 3]);
    for (const _ of listeners) await gate.letOne();
    await Promise.all(listeners.map(({ done }) => done));
    expect(listeners.map(({ places }) => places())).toEqual([[], [1], [2, 1], [3, 2, 1]]);
    expect(textOf(listeners[3]?.events ?? [])).toBe('four answered');
  });

  test('takes askers in turns, and each in order', async () => {
    const { gate, model, queue } = gatedQueue({ places: 9, running: 1 });
    const asked = ['ann 1', 'ann 2', 'ann 3', 'ann 4', 'bob 1', 'bob 2', 'cy 1'];
    const listeners = asked.map((text) => listen(queue, ask(text, text.split(' ')[0] ?? '')));
    await settle();
    for (const _ of asked) await gate.letOne();
    await Promise.all(listeners.map(({ done }) => done));
    expect(order(model.calls)).toEqual([
      'ann 1',
      'ann 2',
      'bob 1',
      'cy 1',
      'ann 3',
      'bob 2',
      'ann 4',
    ]);
  });

  test('does not take back a place when another asker comes in ahead', async () => {
    const { gate, queue } = gatedQueue({ places: 9, running: 1 });
    const running = listen(queue, ask('ann 1', 'ann'));
    listen(queue, ask('ann 2', 'ann'));
    const third = listen(queue, ask('ann 3', 'ann'));
    await settle();
    const other = listen(queue, ask('bob 1', 'bob'));
    await settle();
    expect(other.places()).toEqual([2]);
    for (let turn = 0; turn < 4; turn += 1) await gate.letOne();
    expect(await running.done).toBe('answered');
    await third.done;
    expect(third.places()).toEqual([2, 1]);
  });

  test('answers every question before it reads ahead', async () => {
    const { gate, model, queue } = gatedQueue({ places: 9, running: 1 });
    const listeners = [
      listen(queue, ask('first', 'ann')),
      listen(queue, ask('ahead', 'ann', { background: true })),
      listen(queue, ask('ann asks', 'ann')),
      listen(queue, ask('bob asks', 'bob')),
    ];
    await settle();
    for (const _ of listeners) await gate.letOne();
    await Promise.all(listeners.map(({ done }) => done));
    expect(order(model.calls)).toEqual(['first', 'ann asks', 'bob asks', 'ahead']);
  });

  test('leaves the last place at the model to questions', async () => {
    const { gate, model, queue } = gatedQueue({ places: 9, running: 2 });
    const listeners = [
      listen(queue, ask('ahead 1', 'ann', { background: true })),
      listen(queue, ask('ahead 2', 'bob', { background: true })),
      listen(queue, ask('asked', 'cy')),
    ];
    await settle();
    expect([queue.running, queue.waiting]).toEqual([2, 1]);
    for (const _ of listeners) await gate.letOne();
    await Promise.all(listeners.map(({ done }) => done));
    expect(order(model.calls)).toEqual(['ahead 1', 'asked', 'ahead 2']);
  });

  test('refuses one more than it holds', async () => {
    const { gate, queue } = gatedQueue({ places: 1, running: 1 });
    const held = [listen(queue, ask('one', 'ann')), listen(queue, ask('two', 'ann'))];
    const refused = listen(queue, ask('three', 'bob'));
    expect(await refused.done).toMatchObject({ failed: { code: 'queue-full' } });
    await gate.letOne();
    await gate.letOne();
    expect(await Promise.all(held.map(({ done }) => done))).toEqual(['answered', 'answered']);
  });

  test('drops reading ahead, the last first, for a question that finds it full', async () => {
    const { gate, model, queue } = gatedQueue({ places: 2, running: 1 });
    const running = listen(queue, ask('one', 'ann'));
    const early = listen(queue, ask('early', 'ann', { background: true }));
    const late = listen(queue, ask('late', 'bob', { background: true }));
    await settle();
    const question = listen(queue, ask('two', 'cy'));
    expect(await late.done).toMatchObject({ failed: { code: 'queue-full' } });
    const another = listen(queue, ask('ahead', 'cy', { background: true }));
    expect(await another.done).toMatchObject({ failed: { code: 'queue-full' } });
    for (let turn = 0; turn < 3; turn += 1) await gate.letOne();
    await Promise.all([running.done, early.done, question.done]);
    expect(order(model.calls)).toEqual(['one', 'two', 'early']);
  });

  test('frees the place of a request that is stopped while it waits', async () => {
    const { gate, model, queue } = gatedQueue({ places: 2, running: 1 });
    const running = listen(queue, ask('one', 'ann'));
    const stopped = listen(queue, ask('two', 'bob'));
    const behind = listen(queue, ask('three', 'cy'));
    await settle();
    const reason = new Error('enough');
    stopped.stop.abort(reason);
    expect(queue.waiting).toBe(1);
    expect(await stopped.done).toEqual({ failed: reason });
    await settle();
    expect(behind.places()).toEqual([2, 1]);
    await gate.letOne();
    await gate.letOne();
    await Promise.all([running.done, behind.done]);
    expect(order(model.calls)).toEqual(['one', 'three']);
  });

  test('frees the place also when the stopped listener never comes back', async () => {
    const { gate, queue } = gatedQueue({ places: 2, running: 1 });
    const running = listen(queue, ask('one', 'ann'));
    await settle();
    const stop = new AbortController();
    const abandoned = queue.stream(ask('two', 'bob'), stop.signal)[Symbol.asyncIterator]();
    expect(await abandoned.next()).toMatchObject({ value: { type: 'queued', place: 1 } });
    stop.abort(new Error('gone'));
    expect(queue.waiting).toBe(0);
    await gate.letOne();
    expect(await running.done).toBe('answered');
  });

  test('frees the slot of a running request whose stopped listener never comes back', async () => {
    const model = createScriptedModel({ script: () => 'No effusion is seen.' });
    const queue = createQueue(model, { places: 2, running: 1 });
    const stop = new AbortController();
    const abandoned = queue.stream(ask('one', 'ann'), stop.signal)[Symbol.asyncIterator]();
    await abandoned.next();
    const next = listen(queue, ask('two', 'bob'));
    await settle();
    expect(next.places()).toEqual([1]);
    stop.abort(new Error('gone'));
    expect(await next.done).toBe('answered');
    expect([queue.running, model.running]).toEqual([0, 0]);
    await expect(abandoned.next()).rejects.toThrow('gone');
  });

  test('gives the slot on with the end, before the listener asks for more', async () => {
    const model = createScriptedModel({ script: () => 'No.' });
    const queue = createQueue(model, { places: 2, running: 1 });
    const iterator = queue.stream(ask('one', 'ann'), never)[Symbol.asyncIterator]();
    for (let event = await iterator.next(); event.value.type !== 'end';) {
      event = await iterator.next();
    }
    expect(queue.running).toBe(0);
    expect(await iterator.next()).toEqual({ value: undefined, done: true });
  });

  test('frees the slot when the model fails', async () => {
    const queue = createQueue(createScriptedModel(), { places: 0, running: 1 });
    await expect(collect(queue.stream(ask('one', 'ann'), never))).rejects.toThrow(
      'nothing is scripted',
    );
    expect(queue.running).toBe(0);
  });

  test('sends everybody home when it closes', async () => {
    const { model, queue } = gatedQueue({ places: 9, running: 1 });
    const listeners = [
      listen(queue, ask('one', 'ann')),
      listen(queue, ask('two', 'ann')),
      listen(queue, ask('ahead', 'bob', { background: true })),
    ];
    await settle();
    await queue.close();
    for (const { done } of listeners) {
      expect(await done).toMatchObject({ failed: { code: 'model-closed' } });
    }
    expect(model.closed).toBe(true);
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  test('sends home who waits before the model has closed', async () => {
    const { model } = gatedQueue({ places: 9, running: 1 });
    const queue = createQueue(
      { ...model, close: () => new Promise(() => {}) },
      { places: 9, running: 1 },
    );
    listen(queue, ask('one', 'ann'));
    const waiting = listen(queue, ask('two', 'ann'));
    await settle();
    void queue.close();
    expect(await waiting.done).toMatchObject({ failed: { code: 'model-closed' } });
    expect(await listen(queue, ask('three', 'bob')).done).toMatchObject({
      failed: { code: 'model-closed' },
    });
  });

  test('speaks for its model', async () => {
    const model = createScriptedModel({ name: 'radvlm', version: '1-abc', demo: true });
    const queue = createQueue(model, { places: 1, running: 1 });
    expect([queue.name, queue.version, queue.demo, queue.contextTokens]).toEqual([
      'radvlm',
      '1-abc',
      true,
      model.contextTokens,
    ]);
    expect(await queue.count([user('one two')])).toBe(await model.count([user('one two')]));
    await queue.forget('a film');
    expect(model.forgotten).toEqual(['a film']);
  });
});
