import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ModelRequest } from '../../../src/model/model.ts';
import { Answer, type Workshop } from '../../../src/model/radvlm/answer.ts';
import type { Engine } from '../../../src/model/radvlm/engine.ts';
import { observeLogits } from '../../../src/model/radvlm/trace.ts';
import type { ConversationCase } from '../../../src/model/radvlm/verify-case.ts';
import {
  largestDifference,
  logitsTolerance,
} from '../../../src/model/radvlm/verify-differences.ts';
import { modelRequest } from '../../support/model-request.ts';
import { convertCases, type GoldenModel, requestOf, turnsOf } from './golden-engine.ts';
import { GOLDEN } from './golden.ts';

/** Of all schedules together. */
const STEPS = 10_000;

const folder = await mkdtemp(`${tmpdir()}/wetread-schedule-`);
afterAll(() => rm(folder, { recursive: true, force: true }));

const golden = (checkpoint: string, cases: string) =>
  [join(GOLDEN, 'checkpoints', checkpoint), join(GOLDEN, 'cases', cases)] as const;
const MODELS = [
  golden('a-mha-fp32', 'a-mha-fp32'),
  golden('b-gqa-bf16-tied', 'b-gqa-bf16-tied'),
  golden('c-anyres-fp16', 'c-anyres-fp16'),
  golden('d-layer2-names-5-native', 'd-layer2'),
  ['checkpoints/demo', join(GOLDEN, 'demo')],
] as const;
const LANES = [1, 2, 4];

const mostTokens = (goldenCase: ConversationCase): number => goldenCase.expected.greedy_ids.length;

/** What the schedule is held to: one sequence alone, one lane, the whole prompt in one run, nothing kept. */
const answerPlainly = async (plain: GoldenModel): Promise<ReadonlyMap<string, Float32Array[]>> => {
  const limits = { chunkTokens: Infinity, prefixBytes: 0, featureBytes: 0 };
  const engine = await plain.open({ limits });
  const answers = new Map<string, Float32Array[]>();
  for (const goldenCase of plain.cases) {
    const rows: Float32Array[] = [];
    const observed = observeLogits(engine.workshop, (row) => void rows.push(row.slice()));
    for await (const _ of answer(engine, observed, requestOf(goldenCase)));
    answers.set(goldenCase.name, rows);
  }
  await engine.close();
  return answers;
};

const answer = (
  engine: Engine,
  workshop: Workshop,
  request: ModelRequest,
  signal = new AbortController().signal,
) => new Answer(workshop, engine.buildPrompt(request.messages), request, signal).events();

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

/** Conversations that ask, break off, read ahead and forget at random, in one engine. */
class Schedule {
  readonly #engine: Engine;
  readonly #cases: readonly ConversationCase[];
  readonly #plain: ReadonlyMap<string, Float32Array[]>;
  readonly #random: (below: number) => number;
  steps = 0;
  whole = 0;
  broken = 0;
  largest = 0;
  /** What was not as it is alone. */
  readonly problems: string[] = [];

  constructor(parts: {
    engine: Engine;
    cases: readonly ConversationCase[];
    plain: ReadonlyMap<string, Float32Array[]>;
    random: (below: number) => number;
  }) {
    this.#engine = parts.engine;
    this.#cases = parts.cases;
    this.#plain = parts.plain;
    this.#random = parts.random;
  }

  async run(conversations: number, steps: number): Promise<void> {
    const converse = async (): Promise<void> => {
      while (this.steps < steps) await this.#act();
    };
    await Promise.all(Array.from({ length: conversations }, converse));
  }

  async #act(): Promise<void> {
    const goldenCase = this.#cases[this.#random(this.#cases.length)];
    if (!goldenCase) throw new Error('no case');
    const kind = this.#random(10);
    if (kind === 0) this.#engine.forget(goldenCase.expected.image ?? '');
    else if (kind === 1) await this.#readAhead(goldenCase);
    else if (kind < 5) await this.#breakOff(goldenCase, 1 + this.#random(30));
    else await this.#ask(goldenCase);
  }

  /** Compares each row of logits with the plain one's; every further row has the same words before it. */
  #observed(goldenCase: ConversationCase): Workshop {
    const plain = this.#plain.get(goldenCase.name) ?? [];
    const tolerance = logitsTolerance(goldenCase.expected.logit_std, 'float32');
    let next = 0;
    const compare = (row: Float32Array): void => {
      const difference = largestDifference(row, plain[next++] ?? []);
      this.largest = Math.max(this.largest, difference / tolerance);
      if (!(difference <= tolerance))
        this.problems.push(`${goldenCase.name}, word ${next}: ${difference}`);
    };
    return observeLogits(this.#engine.workshop, compare, () => (this.steps += 1));
  }

  async #ask(goldenCase: ConversationCase): Promise<void> {
    let text = '';
    const request = requestOf(goldenCase);
    const events = answer(this.#engine, this.#observed(goldenCase), request);
    for await (const event of events) if (event.type === 'text-delta') text += event.text;
    if (text !== goldenCase.expected.text) this.problems.push(`${goldenCase.name}: ${text}`);
    this.whole += 1;
  }

  async #breakOff(goldenCase: ConversationCase, after: number): Promise<void> {
    const stop = new AbortController();
    const listening = (async () => {
      let events = 0;
      const request = requestOf(goldenCase);
      const observed = this.#observed(goldenCase);
      for await (const _ of answer(this.#engine, observed, request, stop.signal))
        if (++events === after) stop.abort(new Error('broken off'));
    })();
    const failure: unknown = await listening.catch((error: unknown) => error);
    // Broken off at the last of its words, it has no step left to be stopped before.
    if (![undefined, stop.signal.reason].includes(failure)) throw failure;
    if (failure) this.broken += 1;
  }

  async #readAhead(goldenCase: ConversationCase): Promise<void> {
    const messages = turnsOf(goldenCase)[0] ?? [];
    const maxTokens = this.#random(3);
    const request = modelRequest({ messages, maxTokens, background: maxTokens === 0 });
    const observed = observeLogits(
      this.#engine.workshop,
      () => undefined,
      () => (this.steps += 1),
    );
    for await (const _ of answer(this.#engine, observed, request));
  }
}

const SEEDS = [1, 2];

test.each(
  SEEDS.flatMap((seed) => MODELS.map(([checkpoint, cases]) => ({ seed, checkpoint, cases }))),
)(
  'in any schedule the numbers are those of the plain path (seed $seed, $checkpoint)',
  { timeout: 300_000 },
  async ({ seed, checkpoint, cases }) => {
    const random = createRandom(1000 * seed + checkpoint.length + MODELS.length);
    const plainModel = await convertCases(folder, { checkpoint, cases, lanes: 1 });
    const plain = await answerPlainly(plainModel);
    const share = STEPS / (SEEDS.length * MODELS.length * LANES.length);
    for (const lanes of LANES) {
      const model = await convertCases(folder, { checkpoint, cases, lanes });
      const limits = {
        chunkTokens: [3, 16, 64][random(3)] ?? 64,
        prefixBytes: [0, 300_000, 2 ** 30][random(3)] ?? 0,
        featureBytes: [0, 2 ** 20][random(2)] ?? 0,
      };
      const engine = await model.open({ limits });
      // Long answers would leave no steps for the rest.
      const shortest = model.cases.toSorted((a, b) => mostTokens(a) - mostTokens(b)).slice(0, 6);
      const schedule = new Schedule({ engine, cases: shortest, plain, random });
      await schedule.run(1 + random(6), share);
      await engine.close();
      expect(schedule.problems).toEqual([]);
      expect(schedule.steps).toBeGreaterThanOrEqual(share);
      expect(schedule.whole + schedule.broken).toBeGreaterThan(0);
      process.stdout.write(
        `${checkpoint}, ${lanes} lanes: ${schedule.steps} steps, ${schedule.whole} whole, ` +
          `${schedule.broken} broken off; off by ${schedule.largest.toFixed(3)} of the tolerance\n`,
      );
    }
  },
);
