import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TextConfig } from '../../../src/model/radvlm/config.ts';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { openEmbeddings, type Embeddings } from '../../../src/model/radvlm/embeddings.ts';
import { compareWith, readGoldenTensors } from './golden-tensors.ts';
import { GOLDEN, readCases } from './golden.ts';

/** golden/README.md. */
const TOLERANCE = 3e-4;
const HIDDEN = -1e30;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wetread-decoder-'));
});
afterAll(() => rm(folder, { recursive: true }));

const cases = (await readCases()).filter(({ name }) => name === 'text-only');

describe.each(cases)('the decoder graph of $model', ({ model, checkpoints, input_ids: ids }) => {
  describe.each([
    [1, false],
    [2, false],
    [2, true],
  ])('with %i lanes (several: %s)', (lanes, several) => {
    let session: InferenceSession;
    let embeddings: Embeddings;
    let text: TextConfig;
    beforeAll(async () => {
      const checkpoint = checkpoints[0] ?? '';
      const out = join(folder, `${checkpoint}-${lanes}-${several}`);
      const manifest = await convertCheckpoint(join(GOLDEN, 'checkpoints', checkpoint), out, {
        lanes,
      });
      text = manifest.config.text;
      embeddings = await openEmbeddings(out, manifest);
      session = await InferenceSession.create(join(out, 'decoder.onnx'));
    });
    afterAll(async () => {
      await session.release();
      await embeddings.close();
    });

    test("gives the reference's logits", async () => {
      const golden = await readGoldenTensors(join(GOLDEN, 'cases', model, 'text-only.safetensors'));
      const feeds = {
        ...tokenInputs(text, embeddings, ids, { lanes, several }),
        ...laneInputs(text, 0, ids.length),
        ...(lanes === 2 ? laneInputs(text, 1, 0) : {}),
      };
      const output = await session.run(feeds);
      const logits = golden.get('logits');
      expect(output['logits']?.dims).toEqual([1, ...(logits?.shape ?? [])]);
      const { difference, scale } = compareWith(
        output['logits']?.data as Float32Array,
        logits?.values ?? [],
      );
      process.stdout.write(`${model} logits: ${difference.toExponential(1)} of ${scale}\n`);
      expect(scale).toBeGreaterThan(0);
      expect(difference).toBeLessThan(TOLERANCE);
    });

    test.each([0, 1, 2])('gives the logits of %i asked tokens and all rows', async (count) => {
      const feeds = {
        ...tokenInputs(text, embeddings, ids, { lanes, several }),
        ...laneInputs(text, 0, ids.length),
        ...(lanes === 2 ? laneInputs(text, 1, 0) : {}),
      };
      const all = await session.run(feeds);
      const asked = [3, ids.length - 1].slice(2 - count);
      const some = await session.run({ ...feeds, logit_idx: integers(asked) });
      const rows = text.vocabularyRows;
      expect(some['logits']?.dims).toEqual([1, count, rows]);
      for (const [row, token] of asked.entries()) {
        const expected = rowOf(all, token, rows);
        expect(compareWith(rowOf(some, row, rows), expected).difference).toBeLessThan(1e-5);
      }
      const last = `new_v_${text.layers - 1}`;
      expect(some[last]?.data).toEqual(all[last]?.data);
    });

    test.each([
      { one: true, single: true },
      { one: false, single: true },
      { one: false, single: false },
    ])('gives the logits of a token after others (one: $one, single: $single)', async (how) => {
      const others = lanes === 2 ? laneInputs(text, 1, 0) : {};
      const [before, last] = [ids.slice(0, -1), ids.slice(-1)];
      const read = await session.run({
        ...tokenInputs(text, embeddings, before, { lanes, several }),
        ...laneInputs(text, 0, before.length),
        ...others,
      });
      const output = await session.run({
        ...tokenInputs(text, embeddings, last, { lanes, several, ...how }),
        position_ids: integers([before.length], [1, 1]),
        ...laneInputs(text, 0, 1, read),
        ...others,
      });
      const golden = await readGoldenTensors(join(GOLDEN, 'cases', model, 'text-only.safetensors'));
      const logits = golden.get('logits')?.values ?? [];
      const expected = Array.from(logits).slice(before.length * text.vocabularyRows);
      const given = output['logits']?.data as Float32Array;
      expect(given.length).toBe(text.vocabularyRows);
      expect(compareWith(given, expected).difference).toBeLessThan(TOLERANCE);
    });

    test('gives the new rows of keys and values, token by token', async () => {
      const feeds = {
        ...tokenInputs(text, embeddings, ids, { lanes, several }),
        ...laneInputs(text, 0, ids.length),
        ...(lanes === 2 ? laneInputs(text, 1, 0) : {}),
      };
      const output = await session.run(feeds);
      const width = text.keyValueHeads * text.headSize;
      for (let layer = 0; layer < text.layers; layer++)
        for (const rows of ['new_k', 'new_v'])
          expect(output[`${rows}_${layer}`]?.dims).toEqual([1, ids.length, width]);
    });
  });
});

/** A row of the logits. */
const rowOf = (output: InferenceSession.OnnxValueMapType, row: number, width: number) => {
  const logits = output['logits'];
  if (!logits) throw new Error('no logits');
  return (logits.data as Float32Array).subarray(row * width, (row + 1) * width);
};

const integers = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  new Tensor('int64', BigInt64Array.from(values, BigInt), shape);

const truth = (value: boolean): Tensor => new Tensor('bool', Uint8Array.of(value ? 1 : 0), []);

/** All tokens in the first lane, from position 0, and logits of each. */
const tokenInputs = (
  text: TextConfig,
  embeddings: Embeddings,
  ids: readonly number[],
  how: {
    readonly lanes: number;
    readonly several: boolean;
    readonly single?: boolean;
    readonly one?: boolean;
  },
) => {
  const { lanes, several, single = false, one = false } = how;
  const rows = new Float32Array(ids.length * text.hiddenSize);
  embeddings.read(ids, rows, 0);
  const positions = ids.map((_, index) => index);
  return {
    inputs_embeds: new Tensor('float32', rows, [1, ids.length, text.hiddenSize]),
    position_ids: integers(positions, [1, ids.length]),
    logit_idx: integers(positions),
    lane_n: integers([ids.length, 0].slice(0, lanes)),
    single_n: new Tensor('bool', Uint8Array.of(single ? 1 : 0, 0).slice(0, lanes), [lanes]),
    one: truth(one),
    several: truth(several),
  };
};

/** A lane with a few more columns than it has tokens. Its cache is empty, or holds what an earlier run gave. */
const laneInputs = (
  text: TextConfig,
  lane: number,
  tokens: number,
  before?: InferenceSession.OnnxValueMapType,
): Record<string, Tensor> => {
  const { heads, keyValueHeads: kv, headSize } = text;
  const cached = before?.['new_k_0']?.dims[1] ?? 0;
  const columns = cached + tokens + 5;
  const rows = (heads / kv) * tokens;
  const mask = new Float32Array(tokens * columns).fill(HIDDEN);
  for (let token = 0; token < tokens; token++)
    mask.fill(0, token * columns, token * columns + cached + token + 1);
  const feeds: Record<string, Tensor> = {
    [`mask_${lane}`]: new Tensor('float32', mask, [1, 1, tokens, columns]),
    [`col_${lane}`]: integers(Array.from({ length: tokens }, (_, index) => cached + index)),
    [`ish_${lane}`]: integers([1, kv, rows, tokens]),
    [`qsh_${lane}`]: integers([1, kv, rows, headSize]),
    [`ssh_${lane}`]: integers([1, heads, tokens, columns]),
    [`psh_${lane}`]: integers([1, kv, rows, columns]),
    [`osh_${lane}`]: integers([1, heads, tokens, headSize]),
  };
  for (let layer = 0; layer < text.layers; layer++) {
    // Stale keys may be anything finite; values are zero.
    const keys = new Float32Array(kv * columns * headSize).fill(7);
    const values = new Float32Array(kv * columns * headSize);
    const newKeys = before?.[`new_k_${layer}`]?.data as Float32Array | undefined;
    const newValues = before?.[`new_v_${layer}`]?.data as Float32Array | undefined;
    for (let token = 0; token < cached; token++)
      for (let head = 0; head < kv; head++)
        for (let i = 0; i < headSize; i++) {
          const from = (token * kv + head) * headSize + i;
          keys[(head * columns + token) * headSize + i] = newKeys?.[from] ?? Number.NaN;
          values[(head * headSize + i) * columns + token] = newValues?.[from] ?? Number.NaN;
        }
    feeds[`k${layer}_${lane}`] = new Tensor('float32', keys, [1, kv, columns, headSize]);
    feeds[`v${layer}_${lane}`] = new Tensor('float32', values, [1, kv, headSize, columns]);
  }
  return feeds;
};
