import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, expect, test } from 'vitest';
import type { ConversationCase } from '../../../src/model/radvlm/verify-case.ts';
import { isDelta } from '../../support/model-events.ts';
import { convertGolden, requestOf, turnsOf } from './golden-engine.ts';

const folder = await mkdtemp(`${tmpdir()}/wetread-schedule-`);
afterAll(() => rm(folder, { recursive: true, force: true }));
const models = [
  await convertGolden(folder, 'c-anyres-fp16', 'c-anyres-fp16'),
  await convertGolden(folder, 'b-gqa-bf16-tied', 'b-gqa-bf16-tied', 2),
];

/** mulberry32: a seed that failed can be run again. */
const createRandom = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

/** Requests that each see to the end of one case or are broken off, side by side, with films forgotten in between. */
test.each([1, 2, 3, 4, 5, 6])(
  'whatever runs beside it and before it, an answer is the reference (seed %i)',
  async (seed) => {
    const random = createRandom(seed);
    const model = models[seed % models.length] ?? models[0];
    if (!model) throw new Error('no model');
    const chunkTokens = [3, 16, 64][random(3)] ?? 64;
    const prefixBytes = [0, 300_000, 2 ** 30][random(3)] ?? 0;
    const featureBytes = [0, 2 ** 20][random(2)] ?? 0;
    const engine = await model.open({ limits: { chunkTokens, prefixBytes, featureBytes } });
    const pick = (): ConversationCase => {
      const found = model.cases[random(model.cases.length)];
      if (!found) throw new Error('no case');
      return found;
    };
    let [whole, broken] = [0, 0];

    const askWhole = async (goldenCase: ConversationCase): Promise<void> => {
      let text = '';
      for await (const event of engine.stream(requestOf(goldenCase), new AbortController().signal))
        if (isDelta(event)) text += event.text;
      expect(text).toBe(goldenCase.expected.text);
      whole += 1;
    };
    const breakOff = async (goldenCase: ConversationCase, after: number): Promise<void> => {
      const stop = new AbortController();
      const listening = (async () => {
        let events = 0;
        for await (const _ of engine.stream(requestOf(goldenCase), stop.signal))
          if (++events === after) stop.abort(new Error('broken off'));
      })();
      const failure: unknown = await listening.catch((error: unknown) => error);
      // Broken off at the last of its words, it has no step left to be stopped before.
      expect([undefined, stop.signal.reason]).toContain(failure);
      if (failure) broken += 1;
    };
    const readAhead = async (goldenCase: ConversationCase): Promise<void> => {
      const messages = turnsOf(goldenCase)[0] ?? [];
      const request = requestOf(goldenCase, { messages, maxTokens: random(3) });
      for await (const _ of engine.stream(request, new AbortController().signal));
    };
    const act = async (): Promise<void> => {
      const goldenCase = pick();
      const kind = random(8);
      if (kind === 0) engine.forget(goldenCase.expected.image ?? '');
      else if (kind === 1) await readAhead(goldenCase);
      else if (kind < 5) await breakOff(goldenCase, 1 + random(30));
      else await askWhole(goldenCase);
    };
    const conversation = async (): Promise<void> => {
      for (let i = 0; i < 10; i++) await act();
    };
    await Promise.all([conversation(), conversation(), conversation()]);
    await engine.close();
    expect(whole).toBeGreaterThan(3);
    expect(broken).toBeGreaterThan(2);
  },
);
