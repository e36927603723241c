import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { convertCheckpoint } from '../../../src/model/radvlm/convert.ts';
import { compareWith, readGoldenTensors } from './golden-tensors.ts';
import { GOLDEN, readCases } from './golden.ts';

/** golden/README.md: 2e-5 x (1 + max abs of the tensor). */
const TOLERANCE = 2e-5;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wetread-vision-'));
});
afterAll(() => rm(folder, { recursive: true }));

const cases = (await readCases()).filter(({ image }) => image !== null);
const models = [...new Set(cases.map(({ model }) => model))];

describe.each(models)('the vision graph of %s', (model) => {
  const ofModel = cases.filter((each) => each.model === model);
  let session: InferenceSession;
  beforeAll(async () => {
    const checkpoint = ofModel[0]?.checkpoints[0] ?? '';
    const out = join(folder, checkpoint);
    await convertCheckpoint(join(GOLDEN, 'checkpoints', checkpoint), out, { lanes: 1 });
    session = await InferenceSession.create(join(out, 'vision.onnx'));
  });
  afterAll(() => session.release());

  test.each(ofModel)("gives the reference's states and features for $name", async ({ name }) => {
    const golden = await readGoldenTensors(join(GOLDEN, 'cases', model, `${name}.safetensors`));
    const output = await session.run({ pixel_values: pixelValuesOf(golden) });
    const { vision_hidden: hidden, image_features: features } = output;
    expect(hidden?.dims).toEqual(golden.get('vision_hidden')?.shape);
    expectClose(`${model} ${name} vision_hidden`, hidden, golden.get('vision_hidden'));
    // The reference packs its features; the base tile's, which come first, are packed as they are.
    const packed = golden.get('image_features');
    const baseNumbers = (features?.dims[1] ?? 0) * (features?.dims[2] ?? 0);
    const base = (of: ArrayLike<number> | undefined) => Array.from(of ?? []).slice(0, baseNumbers);
    expectClose(
      `${model} ${name} image_features`,
      { data: base(features?.data as Float32Array) },
      { values: base(packed?.values) },
    );
  });
});

const expectClose = (
  what: string,
  actual: { readonly data: unknown } | undefined,
  expected: { readonly values: ArrayLike<number> } | undefined,
): void => {
  const { difference, scale } = compareWith(
    actual?.data as ArrayLike<number>,
    expected?.values ?? [],
  );
  process.stdout.write(`${what}: ${difference.toExponential(1)} of ${scale.toFixed(2)}\n`);
  expect(scale).toBeGreaterThan(0);
  expect(difference).toBeLessThan(TOLERANCE * (1 + scale));
};

/** Where the file has whole grey levels instead: fround(v * (1 / 255)), minus 0.5, over 0.5, in float32. */
const pixelValuesOf = (golden: Awaited<ReturnType<typeof readGoldenTensors>>): Tensor => {
  const levels = golden.get('pixel_tiles');
  const pixels = golden.get('pixel_values') ?? levels;
  if (pixels === undefined) throw new Error('the case has no pixels');
  const scaled = (value: number) =>
    levels ? Math.fround(Math.fround(Math.fround(value * (1 / 255)) - 0.5) / 0.5) : value;
  return new Tensor('float32', Float32Array.from(pixels.values, scaled), pixels.shape);
};
