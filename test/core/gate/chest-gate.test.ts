import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createChestGate, type Verdict } from '../../../src/core/gate/chest-gate.ts';
import type { Grey } from '../../../src/core/gate/grey.ts';
import { measure } from '../../../src/core/gate/measure.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { decodeFile } from '../../../src/core/intake/decode-file.ts';
import { turnPixels, type Way } from '../../../src/core/pixels.ts';

type Vector = {
  width: number;
  height: number;
  grey_sha256: string;
  decision: Verdict['decision'];
  score: number;
  turns: number;
  inverted: boolean;
  scores: number[];
  numbers: Record<string, number>;
};
const vectors = JSON.parse(await readFile('test/fixtures/chest-gate/vectors.json', 'utf8')) as {
  weights_sha256: string;
  films: (Vector & { file: string })[];
  turned: (Vector & { file: string; sent: Way })[];
  formulas: (Vector & { name: string })[];
};
const gate = createChestGate(await readGateWeights());

const readFilm = async (file: string) =>
  (await decodeFile(await readFile(`assets/films/${file}`))).pixels;

const draw = (width: number, height: number, at: (x: number, y: number) => number): Grey => {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.floor(at(i % width, Math.floor(i / width))),
  );
  return { data, width, height };
};
const isInOval = (x: number, y: number, centreX: number) =>
  ((x - centreX) / 95) ** 2 + ((y - 280) / 180) ** 2 < 1;
const FORMULAS: Record<string, Grey> = {
  flat: draw(320, 300, () => 128),
  ramp: draw(400, 300, (x) => (255 * x) / 399),
  checkerboard: draw(320, 320, (x, y) => (((x >> 5) + (y >> 5)) % 2 ? 255 : 0)),
  noise: draw(256, 256, (x, y) => Math.imul(y * 256 + x + 1, 2654435761) >>> 24),
  stripes: draw(500, 360, (x, y) => ((x * 3 + y * 7) % 101) * 2),
  'two dark ovals': draw(640, 600, (x, y) =>
    isInOval(x, y, 200) || isInOval(x, y, 440) ? 40 : 170,
  ),
};

/** Every picture that there are numbers for. */
const pictures: { name: string; vector: Vector; read: () => Promise<Grey> | Grey }[] = [
  ...vectors.films.map((vector) => ({
    name: vector.file,
    vector,
    read: () => readFilm(vector.file),
  })),
  ...vectors.turned.map((vector) => ({
    name: `${vector.file} turned`,
    vector,
    read: async () => turnPixels(await readFilm(vector.file), vector.sent),
  })),
  ...vectors.formulas.map((vector) => ({
    name: vector.name,
    vector,
    read: () => FORMULAS[vector.name]!,
  })),
];

test('the weights are those that the vectors were made with', async () => {
  const bytes = await readFile('assets/chest-gate.json');
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(vectors.weights_sha256);
});

test.each(pictures)(
  'scores and decision for $name are those of the reference',
  async ({ vector, read }) => {
    const grey = await read();
    expect(createHash('sha256').update(grey.data).digest('hex'), 'the pixels').toBe(
      vector.grey_sha256,
    );
    const { decision, way, score, scores } = gate.judge(grey);
    const { turns, inverted } = vector;
    expect({ decision, ...way }).toEqual({ decision: vector.decision, turns, inverted });
    const distances = [score, ...scores].map((found, i) =>
      Math.abs(found - [vector.score, ...vector.scores][i]!),
    );
    expect(Math.max(...distances)).toBeLessThan(0.001);
  },
);

test('a strip is judged too, and refused', () => {
  expect(gate.judge(draw(4000, 64, (x) => x % 256)).decision).toBe('refuse');
});

test('the features are those of the reference', () => {
  const { numbers } = vectors.formulas.find(({ name }) => name === 'noise')!;
  const features = measure(FORMULAS['noise']!);
  Object.values(numbers).forEach((number, i) => expect(features[i]).toBeCloseTo(number, 5));
});
