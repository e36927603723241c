import { describe, expect, test } from 'vitest';
import { createSampler } from '../../../src/model/radvlm/sample.ts';

const greedy = { temperature: 0, topP: 1, seed: undefined };
const logits = (...values: number[]) => Float32Array.from(values);
const drawMany = (
  count: number,
  values: Float32Array,
  sampling: Parameters<typeof createSampler>[0],
) => {
  const sample = createSampler(sampling);
  return Array.from({ length: count }, () => sample(values));
};
const shareOf = (id: number, ids: number[]) =>
  ids.filter((drawn) => drawn === id).length / ids.length;

describe('at temperature 0', () => {
  test('the largest logit is chosen, the first of equals', () => {
    expect(createSampler(greedy)(logits(1, 5, -2, 5, 3))).toBe(1);
  });

  test('a NaN among the logits is not chosen', () => {
    expect(createSampler(greedy)(logits(NaN, 1, NaN, 2))).toBe(3);
  });
});

describe('drawing', () => {
  const values = logits(Math.log(1), Math.log(2), Math.log(4), Math.log(1));

  test('follows the probabilities', () => {
    const ids = drawMany(20_000, values, { temperature: 1, topP: 1, seed: 1 });
    expect([0, 1, 2, 3].map((id) => shareOf(id, ids))).toEqual([
      expect.closeTo(1 / 8, 1),
      expect.closeTo(2 / 8, 1),
      expect.closeTo(4 / 8, 1),
      expect.closeTo(1 / 8, 1),
    ]);
  });

  test('is sharpened by a low temperature', () => {
    const ids = drawMany(20_000, values, { temperature: 0.5, topP: 1, seed: 2 });
    expect(shareOf(2, ids)).toBeCloseTo(16 / 22, 1);
  });

  test('leaves out what lies beyond topP', () => {
    expect(new Set(drawMany(2000, values, { temperature: 1, topP: 0.5, seed: 3 }))).toEqual(
      new Set([2]),
    );
    expect(new Set(drawMany(2000, values, { temperature: 1, topP: 0.6, seed: 3 }))).toEqual(
      new Set([1, 2]),
    );
  });

  test('keeps one token however small topP is', () => {
    expect(new Set(drawMany(100, values, { temperature: 1, topP: 0, seed: 4 }))).toEqual(
      new Set([2]),
    );
  });

  test('with many equal tokens keeps as many as topP asks for', () => {
    const ids = drawMany(5000, new Float32Array(100), { temperature: 1, topP: 0.1, seed: 5 });
    expect(new Set(ids).size).toBeGreaterThanOrEqual(10);
    expect(new Set(ids).size).toBeLessThanOrEqual(11);
  });

  test('is repeated by its seed, and by no other', () => {
    const sampling = { temperature: 1, topP: 0.95, seed: 7 };
    const wide = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i));
    expect(drawMany(50, wide, sampling)).toEqual(drawMany(50, wide, sampling));
    expect(drawMany(50, wide, sampling)).not.toEqual(drawMany(50, wide, { ...sampling, seed: 8 }));
    expect(drawMany(50, wide, sampling)).not.toEqual(
      drawMany(50, wide, { ...sampling, seed: 7 + 2 ** 32 }),
    );
  });

  test('without a seed is another one each time', () => {
    const wide = new Float32Array(10_000);
    const unseeded = { temperature: 1, topP: 1, seed: undefined };
    expect(drawMany(20, wide, unseeded)).not.toEqual(drawMany(20, wide, unseeded));
  });

  test('survives the smallest temperature', () => {
    expect(drawMany(10, values, { temperature: 1e-9, topP: 0.9, seed: 9 })).toEqual(
      Array(10).fill(2),
    );
  });
});

test.each([0, 1])(
  'logits that are no numbers are a failure of the model, at temperature %i',
  (temperature) => {
    const sample = createSampler({ temperature, topP: 1, seed: 1 });
    expect(() => sample(logits(NaN, NaN))).toThrow(
      expect.objectContaining({ code: 'model-failed' }),
    );
    expect(() => sample(logits(1, Infinity))).toThrow(
      expect.objectContaining({ code: 'model-failed' }),
    );
  },
);
