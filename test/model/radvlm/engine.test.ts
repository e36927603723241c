import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelEvent, ModelRequest } from '../../../src/model/model.ts';
import type { Engine } from '../../../src/model/radvlm/engine.ts';
import type { ConversationCase } from '../../../src/model/radvlm/verify-case.ts';
import { answerCase, checkConversation } from '../../../src/model/radvlm/verify-conversation.ts';
import { collect } from '../../support/collect.ts';
import { endOf, isDelta, textOf } from '../../support/model-events.ts';
import { modelRequest, user } from '../../support/model-request.ts';
import { convertGolden, type GoldenModel, requestOf, turnsOf } from './golden-engine.ts';

const never = new AbortController().signal;

let folder: string;
/** Several heads, and key heads shared among them; many tiles, downsampled. */
let turns: GoldenModel;
let tiles: GoldenModel;
let twoLanes: GoldenModel;

beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/wetread-engine-`);
  turns = await convertGolden(folder, 'b-gqa-bf16-tied', 'b-gqa-bf16-tied');
  tiles = await convertGolden(folder, 'c-anyres-fp16', 'c-anyres-fp16');
  twoLanes = await convertGolden(folder, 'c-anyres-fp16', 'c-anyres-fp16', 2);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const withEngine = async <Result>(
  model: GoldenModel,
  work: (engine: Engine) => Promise<Result>,
  options: Parameters<GoldenModel['open']>[0] = {},
): Promise<Result> => {
  const engine = await model.open(options);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
};

const eventsOf = (
  engine: Engine,
  request: ModelRequest,
  signal: AbortSignal = never,
): Promise<ModelEvent[]> => collect(engine.stream(request, signal));

/** Answers the case and holds the words to the reference's; gives the events. */
const expectReference = async (engine: Engine, goldenCase: ConversationCase) => {
  const events = await eventsOf(engine, requestOf(goldenCase));
  expect(textOf(events)).toBe(goldenCase.expected.text);
  const { usage, finishReason } = endOf(events);
  expect(finishReason).toBe(goldenCase.expected.finish === 'eos' ? 'stop' : 'length');
  expect(usage.promptTokens).toBe(goldenCase.expected.input_ids.length);
  expect(usage.completionTokens).toBe(goldenCase.expected.greedy_ids.length);
  return { events, usage };
};

const caseOf = (model: GoldenModel, name: string): ConversationCase => {
  const found = model.cases.find((each) => each.name === name);
  if (!found) throw new Error(`There is no case ${name}`);
  return found;
};

const imageOf = (goldenCase: ConversationCase): { sha256: string; start: number; end: number } => {
  const tokens = goldenCase.expected['image_tokens'] as { start: number; count: number };
  const sha256 = goldenCase.messages.flatMap(({ images }) => images)[0]?.sha256 ?? '';
  return { sha256, start: tokens.start, end: tokens.start + tokens.count };
};

describe('reading in chunks', () => {
  test.each([1, 5, 6, 7, 64, 100_000])('of %i gives the reference numbers', async (chunkTokens) => {
    const read = async (engine: Engine): Promise<number> => {
      let largest = 0;
      for (const name of ['landscape-shrunk', 'text-only', 'tiny']) {
        const goldenCase = caseOf(tiles, name);
        const checks = checkConversation(goldenCase, await answerCase(engine, goldenCase));
        expect(checks.filter(({ ok }) => !ok)).toEqual([]);
        const logits = checks.filter(({ kind }) => kind.endsWith('logits'));
        largest = Math.max(largest, ...logits.map(({ difference }) => difference));
      }
      return largest;
    };
    const largest = await withEngine(tiles, read, { limits: { chunkTokens } });
    process.stdout.write(
      `chunks of ${chunkTokens}: logits differ by ${largest.toExponential(1)}\n`,
    );
  });
});

describe('what was read before', () => {
  test('the next turn of a conversation computes only its own tokens', () =>
    withEngine(turns, async (engine) => {
      const goldenCase = caseOf(turns, 'history');
      let before = 0;
      for (const messages of turnsOf(goldenCase).slice(0, -1)) {
        const { usage } = endOf(await eventsOf(engine, modelRequest({ messages, maxTokens: 3 })));
        expect(usage.cachedTokens).toBeGreaterThanOrEqual(before);
        before = usage.promptTokens;
      }
      const { usage } = await expectReference(engine, goldenCase);
      expect(usage.cachedTokens).toBeGreaterThanOrEqual(before);
      const { usage: again } = await expectReference(engine, goldenCase);
      expect(again.cachedTokens).toBe(again.promptTokens - 1);
    }));

  test('another question about the film begins behind the film', () =>
    withEngine(tiles, async (engine) => {
      const goldenCase = caseOf(tiles, 'tall');
      const [film] = goldenCase.messages.flatMap(({ images }) => images);
      const ahead = modelRequest({ messages: [user('', ...(film ? [film] : []))], maxTokens: 0 });
      const read = endOf(await eventsOf(engine, ahead));
      expect(read.usage.completionTokens).toBe(0);
      const { usage } = await expectReference(engine, goldenCase);
      expect(usage.cachedTokens).toBeGreaterThanOrEqual(imageOf(goldenCase).end);
    }));

  test('another film is read as if nothing had been read before', () =>
    withEngine(tiles, async (engine) => {
      for (const goldenCase of tiles.cases) {
        const { usage } = await expectReference(engine, goldenCase);
        const limit = goldenCase.expected.image === null ? Infinity : imageOf(goldenCase).start;
        expect(usage.cachedTokens).toBeLessThanOrEqual(limit);
      }
      for (const goldenCase of tiles.cases) await expectReference(engine, goldenCase);
    }));

  test('nothing is kept of a film that is forgotten, also while it is being read', () =>
    withEngine(tiles, async (engine) => {
      const goldenCase = caseOf(tiles, 'wide');
      const { sha256, start } = imageOf(goldenCase);
      await expectReference(engine, goldenCase);
      engine.forget(sha256);
      let text = '';
      for await (const event of engine.stream(requestOf(goldenCase), never)) {
        if (isDelta(event)) text += event.text;
        if (event.type === 'reading') engine.forget(sha256);
      }
      expect(text).toBe(goldenCase.expected.text);
      const { usage } = await expectReference(engine, goldenCase);
      expect(usage.cachedTokens).toBeLessThanOrEqual(start);
    }));

  test('a cache too small for anything changes no answer', () =>
    withEngine(
      turns,
      async (engine) => {
        for (let round = 0; round < 2; round++) {
          for (const goldenCase of turns.cases) {
            const { usage } = await expectReference(engine, goldenCase);
            expect(usage.cachedTokens).toBe(0);
          }
        }
      },
      { limits: { prefixBytes: 1, featureBytes: 1 } },
    ));
});

describe('aborting', () => {
  test('after any event leaves what was read, and the next answer is the same', () =>
    withEngine(
      tiles,
      async (engine) => {
        const goldenCase = caseOf(tiles, 'square-shrunk');
        const { sha256 } = imageOf(goldenCase);
        const { events } = await expectReference(engine, goldenCase);
        let cached = 0;
        for (let after = 1; after < events.length; after += 3) {
          engine.forget(sha256);
          const stop = new AbortController();
          const reason = new Error('enough');
          let heard = 0;
          const listening = (async () => {
            for await (const _ of engine.stream(requestOf(goldenCase), stop.signal)) {
              if (++heard === after) stop.abort(reason);
            }
          })();
          await expect(listening).rejects.toBe(reason);
          expect(heard).toBe(after);
          const { usage } = await expectReference(engine, goldenCase);
          expect(usage.cachedTokens).toBeGreaterThanOrEqual(cached);
          cached = usage.cachedTokens;
        }
        expect(cached).toBeGreaterThan(0);
      },
      { limits: { chunkTokens: 32 } },
    ));
});

describe('two at once', () => {
  test.each(['one lane', 'two lanes'])('answer as each does alone, with %s', (lanes) => {
    const model = lanes === 'one lane' ? tiles : twoLanes;
    return withEngine(model, async (engine) => {
      const pairs = [
        ['wide', 'text-only'],
        ['tall', 'square-shrunk'],
        ['tiny', 'tiny'],
      ] as const;
      for (const pair of pairs) {
        const asked = pair.map((name) => expectReference(engine, caseOf(model, name)));
        expect(await Promise.all(asked)).toHaveLength(2);
      }
    });
  });

  test('about one film compute it once', () =>
    withEngine(tiles, async (engine) => {
      const goldenCase = caseOf(tiles, 'wide');
      const both = [expectReference(engine, goldenCase), expectReference(engine, goldenCase)];
      const usages = (await Promise.all(both)).map(({ usage }) => usage);
      const computed = usages.map((usage) => usage.promptTokens - usage.cachedTokens);
      const { length } = goldenCase.expected.input_ids;
      expect(computed.reduce((sum, tokens) => sum + tokens)).toBeLessThanOrEqual(length + 1);
    }));

  test('a short question does not wait for a long one', () =>
    withEngine(
      tiles,
      async (engine) => {
        const order: string[] = [];
        const ask = async (name: string): Promise<void> => {
          await expectReference(engine, caseOf(tiles, name));
          order.push(name);
        };
        await Promise.all([ask('square-shrunk'), ask('text-only')]);
        expect(order).toEqual(['text-only', 'square-shrunk']);
      },
      { limits: { chunkTokens: 4 } },
    ));
});

describe('progress', () => {
  test('rises from nothing to the whole prompt, through the tower and the decoder', () =>
    withEngine(
      tiles,
      async (engine) => {
        const goldenCase = caseOf(tiles, 'wide');
        const { end } = imageOf(goldenCase);
        const { events, usage } = await expectReference(engine, goldenCase);
        const readings = events.filter((event) => event.type === 'reading');
        const done = readings.map((reading) => reading.done);
        expect(done[0]).toBe(0);
        expect(done.at(-1)).toBe(usage.promptTokens);
        expect(done).toEqual([...new Set(done)].toSorted((a, b) => a - b));
        expect(done.filter((tokens) => tokens < end / 2).length).toBeGreaterThan(5);
        expect(new Set(readings.map(({ total }) => total))).toEqual(new Set([usage.promptTokens]));
        // Known from the first film on, and nothing is left at the end.
        expect(readings.every(({ leftMs }) => leftMs !== undefined && leftMs >= 0)).toBe(true);
        expect(readings.at(-1)?.leftMs).toBe(0);
      },
      { limits: { chunkTokens: 16 } },
    ));
});

describe('the end of the context', () => {
  const ask = (contextTokens: number, maxTokens: number): Promise<ModelEvent[]> =>
    withEngine(turns, (engine) => eventsOf(engine, requestOf(long(), { maxTokens })), {
      contextTokens,
    });
  /** Of those that the reference would go on with. */
  const long = (): ConversationCase => {
    const found = turns.cases.find(({ expected }) => expected.finish === 'length');
    if (!found) throw new Error('There is no long case');
    return found;
  };

  test('ends an answer, and is reached exactly', async () => {
    const promptTokens = long().expected.input_ids.length;
    const events = await ask(promptTokens + 5, 100);
    expect(endOf(events)).toMatchObject({ finishReason: 'length', usage: { completionTokens: 5 } });
    expect(long().expected.text.startsWith(textOf(events).slice(0, -1))).toBe(true);
  });

  test('may be set lower than the checkpoint holds, for want of memory', async () => {
    const promptTokens = long().expected.input_ids.length;
    const limits = { contextTokens: promptTokens + 3 };
    const ask = (engine: Engine) => eventsOf(engine, requestOf(long(), { maxTokens: 100 }));
    const events = await withEngine(turns, ask, { limits });
    expect(endOf(events)).toMatchObject({ finishReason: 'length', usage: { completionTokens: 3 } });
  });

  test('refuses a prompt that leaves no room for a word, and says how long it is', async () => {
    const promptTokens = long().expected.input_ids.length;
    await expect(ask(promptTokens, 10)).rejects.toMatchObject({
      code: 'context-full',
      facts: { tokens: promptTokens, limit: promptTokens },
    });
    expect(endOf(await ask(promptTokens, 0)).usage.completionTokens).toBe(0);
    await expect(ask(promptTokens - 1, 0)).rejects.toMatchObject({ code: 'context-full' });
  });
});

test('a picture that is none fails alone', () =>
  withEngine(turns, async (engine) => {
    const image = { sha256: 'x', width: 60, height: 60, png: new Uint8Array([1, 2, 3]) };
    const asking = eventsOf(engine, modelRequest({ messages: [user('What is this?', image)] }));
    await expect(asking).rejects.toMatchObject({ code: 'picture-damaged' });
    await expectReference(engine, caseOf(turns, 'text-only'));
  }));
