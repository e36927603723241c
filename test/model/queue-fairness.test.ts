import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createQueue } from '../../src/model/queue.ts';
import type { ModelRequest } from '../../src/model/model.ts';
import { modelRequest, user } from '../support/model-request.ts';
import { createScriptedModel } from '../support/scripted-model.ts';

/** Marsaglia's xorshift32: the same schedule for the same seed. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

const REQUESTS = 1_000;
const ASKERS = 20;
const RUNNING = 3;

type Outcome = 'answered' | 'stopped' | 'queue-full';

test.each([
  { seed: 1, places: REQUESTS },
  { seed: 2, places: REQUESTS },
  { seed: 3, places: 12 },
])(
  'of a thousand requests none is lost and no place rises (seed $seed, $places places)',
  async ({ seed, places }) => {
    const random = createRandom(seed);
    let most = 0;
    let rises = 0;
    const model = createScriptedModel({
      script: () => 'No effusion.',
      pause: async () => {
        most = Math.max(most, model.running);
        for (let turns = Math.floor(random() * 3); turns > 0; turns -= 1) await setImmediate();
      },
    });
    const queue = createQueue(model, { places, running: RUNNING });

    const ask = async (request: ModelRequest): Promise<Outcome> => {
      const stop = new AbortController();
      const stopsAt = random() < 0.2 ? Math.floor(random() * 8) : Infinity;
      let heard = 0;
      let place = Infinity;
      if (random() < 0.1) void setImmediate().then(() => stop.abort(new Error('stopped')));
      try {
        for await (const event of queue.stream(request, stop.signal)) {
          if (event.type === 'queued') {
            rises += event.place < place ? 0 : 1;
            place = event.place;
          }
          heard += 1;
          if (heard > stopsAt) stop.abort(new Error('stopped'));
          if (event.type === 'end') return 'answered';
        }
      } catch (error) {
        if (error === stop.signal.reason) return 'stopped';
        if ((error as { code?: string }).code === 'queue-full') return 'queue-full';
        throw error;
      }
      throw new Error('the iteration ended without an end');
    };

    const outcomes: Promise<Outcome>[] = [];
    for (let index = 0; index < REQUESTS; index += 1) {
      const asker = `asker ${Math.floor(random() * ASKERS)}`;
      const background = random() < 0.1;
      outcomes.push(ask(modelRequest({ messages: [user(`${index}`)], asker, background })));
      // About as fast as they are answered, so that the queue is short and long by turns.
      for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await setImmediate();
    }
    const ended = await Promise.all(outcomes);

    expect(ended).toHaveLength(REQUESTS);
    expect(ended).toContain('answered');
    expect(ended).toContain('stopped');
    expect(ended.includes('queue-full')).toBe(places < REQUESTS);
    expect(rises).toBe(0);
    expect(most).toBe(RUNNING);
    expect([queue.running, queue.waiting, model.running]).toEqual([0, 0, 0]);
    for (const background of [false, true]) {
      for (let asker = 0; asker < ASKERS; asker += 1) {
        const own = model.calls
          .filter((call) => call.asker === `asker ${asker}` && call.background === background)
          .map(({ messages }) => Number(messages[0]?.text));
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }
  },
);

test('one asker with two hundred requests keeps nobody waiting for more than a round', async () => {
  const model = createScriptedModel({ script: () => 'No.' });
  const queue = createQueue(model, { places: 500, running: 1 });
  const ask = async (asker: string): Promise<void> => {
    const request = modelRequest({ messages: [user(asker)], asker });
    for await (const _ of queue.stream(request, new AbortController().signal));
  };
  const greedy = Array.from({ length: 200 }, () => ask('greedy'));
  await setImmediate();
  const others = Array.from({ length: ASKERS }, (_, index) => ask(`asker ${index}`));
  await Promise.all([...greedy, ...others]);
  const lastOther = model.calls.findLastIndex(({ asker }) => asker !== 'greedy');
  // What ran or was taken before they came, one of the greedy asker's, and each other.
  expect(lastOther).toBeLessThan(ASKERS + 4);
});
