import { InferenceSession, Tensor } from 'onnxruntime-node';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GraphBuilder } from '../../../src/model/radvlm/graph-builder.ts';
import { addLinear, piecesOf } from '../../../src/model/radvlm/linear.ts';
import { encodeModel } from '../../../src/model/radvlm/onnx-model.ts';
import {
  BLOCKS,
  type Quantization,
  quantizedShape,
  Quantizer,
} from '../../../src/model/radvlm/quantize.ts';
import { weightOf } from '../../../src/model/radvlm/weight-source.ts';

const folder = await mkdtemp(join(tmpdir(), 'wetread-quantize-'));
afterAll(() => rm(folder, { recursive: true }));

/** Rows of 150: no multiple of any block, and even; 149 is odd. */
const weightsOf = (rows: number, columns: number): Float32Array =>
  Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 12.9898) * Math.cos(i));

/** What the stored numbers stand for. */
const restore = async (
  weights: Float32Array,
  columns: number,
  quantization: Quantization,
): Promise<{ values: number[]; quantizer: Quantizer }> => {
  const quantizer = new Quantizer(weightOf(weights), columns, quantization);
  const { bits, block } = quantization;
  const { blocks, blockBytes } = quantizedShape(1, columns, quantization);
  const values: number[] = [];
  for await (const { numbers, scales } of quantizer.rows())
    for (let row = 0; row < weights.length / columns; row++)
      for (let column = 0; column < columns; column++) {
        const at = row * blocks + Math.floor(column / block);
        const inBlock = column % block;
        const byte = numbers[at * blockBytes + Math.floor((inBlock * bits) / 8)] ?? NaN;
        const level = bits === 8 ? byte - 128 : ((byte >> (inBlock % 2 === 0 ? 0 : 4)) & 15) - 8;
        values.push(level * (scales[at] ?? NaN));
      }
  return { values, quantizer };
};

const cases = ([4, 8] as const).flatMap((bits) =>
  BLOCKS.flatMap((block) => [149, 150].map((columns) => ({ bits, block, columns }))),
);

test.each(cases)(
  'no weight is further from what is stored than half a step ($bits bits, $block a block, $columns a row)',
  async ({ bits, block, columns }) => {
    const weights = weightsOf(7, columns);
    const { values, quantizer } = await restore(weights, columns, { bits, block });
    const errors = values.map((value, i) => Math.abs(value - (weights[i] ?? NaN)));
    const error = quantizer.error('some.weight');
    expect(error).toMatchObject({ tensor: 'some.weight', bits, block, elements: 7 * columns });
    expect(error.largest).toBeCloseTo(Math.max(...errors), 6);
    expect(error.mean).toBeCloseTo(errors.reduce((sum, e) => sum + e) / errors.length, 6);
    // The level without an opposite: a number near the extreme, of the other sign, is cut to 7 or 127 steps.
    expect(error.largest).toBeLessThanOrEqual(1 / (bits === 4 ? 8 : 128));
    expect(error.relative).toBeLessThan(bits === 4 ? 0.12 : 0.01);
  },
);

/** So many features in are multiplied in two and in three products. */
const wide = ([4, 8] as const).flatMap((bits) =>
  BLOCKS.flatMap((block) => [13_001, 25_000].map((columns) => ({ bits, block, columns }))),
);

test.each([...cases, ...wide])(
  "the runtime's kernel reads them as they are meant ($bits bits, $block a block, $columns a row)",
  async ({ bits, block, columns }) => {
    const [rows, quantization] = [6, { bits, block }] as const;
    const weights = weightsOf(rows, columns);
    const graph = new GraphBuilder(`linear-${bits}-${block}-${columns}`);
    graph.input('input', 'float32', ['N', columns]);
    const size = { rows, columns };
    const bias = weightOf(new Float32Array(rows).fill(0.5));
    const weight = weightOf(weights);
    const pieces = piecesOf(columns, quantization);
    const inputs = pieces.map((_, index) => `input.${index}`);
    graph.split('input', graph.integers('sizes', pieces), -1, inputs);
    addLinear(graph, { name: 'output', input: inputs, ...size, weight, bias, quantization });
    graph.output('output', 'float32', ['N', rows]);
    const planned = graph.finish();
    const data = Buffer.alloc(planned.dataBytes);
    for (const unit of planned.weights) {
      let written = 0;
      for await (const { bytes, position } of unit.pieces()) {
        data.set(bytes, position);
        written += bytes.length;
      }
      expect(written).toBe(unit.bytes);
    }
    await writeFile(join(folder, planned.dataFile), data);
    const model = join(folder, `${planned.graph.name}.onnx`);
    await writeFile(model, encodeModel(planned.graph));

    const session = await InferenceSession.create(model);
    const input = weightsOf(3, columns).map((value) => Math.sign(value));
    const feeds = { input: new Tensor('float32', input, [3, columns]) };
    const output = (await session.run(feeds))['output']?.data as Float32Array;
    await session.release();

    const { values } = await restore(weights, columns, quantization);
    for (let n = 0; n < 3; n++)
      for (let row = 0; row < rows; row++) {
        let expected = 0.5;
        for (let k = 0; k < columns; k++)
          expected += (input[n * columns + k] ?? NaN) * (values[row * columns + k] ?? NaN);
        // Inputs of one size lose nothing in 8 bits; what is left is that of long sums in single precision.
        expect(output[n * rows + row]).toBeCloseTo(expected, columns > 10_000 ? 2 : 3);
      }
  },
);

test('a row of zeros stays zero', async () => {
  const { values } = await restore(new Float32Array(64), 64, { bits: 4, block: 32 });
  expect(values.every((value) => value === 0)).toBe(true);
});

test.each([NaN, Infinity, -Infinity])('a weight with %f in it is refused', async (number) => {
  const weights = weightsOf(2, 150);
  weights[170] = number;
  for (const bits of [4, 8] as const) {
    const { quantizer } = await restore(weights, 150, { bits, block: 64 });
    expect(() => quantizer.error('some.weight')).toThrow(
      expect.objectContaining({
        code: 'checkpoint-tensor-invalid',
        message: expect.stringContaining('some.weight'),
      }),
    );
  }
});
