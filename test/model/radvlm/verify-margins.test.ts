import { describe, expect, test } from 'vitest';
import type { ConversationCase } from '../../../src/model/radvlm/verify-case.ts';
import { comparableSteps } from '../../../src/model/radvlm/verify-conversation.ts';
import { logitsTolerance } from '../../../src/model/radvlm/verify-differences.ts';

/** A reference that wrote tokens 1, 0, 2 of three; `second` are its logits where it wrote the 0. */
const caseWith = (second: readonly number[]): ConversationCase => ({
  kind: 'conversation',
  name: 'three-steps',
  messages: [],
  expected: {
    dtype: 'float16',
    image: null,
    conversation: [],
    input_ids: [],
    greedy_ids: [1, 0, 2],
    finish: 'length',
    text: '',
    logit_std: 1,
  },
  tensors: new Map([['decode_logits', { shape: [3, 3], values: [0, 5, 0, ...second, 0, 0, 5] }]]),
});

const NEAR_TIE = caseWith([4, 3.99, 0]);
const CLEAR = caseWith([4, 1, 0]);

describe('where an answer parts from the reference', () => {
  test('equal answers are compared whole', () => {
    expect(comparableSteps(NEAR_TIE, { greedyIds: [1, 0, 2], tolerance: 0.03 })).toBe(3);
  });

  test('after a near tie the two are about different words, and only the steps up to it count', () => {
    expect(comparableSteps(NEAR_TIE, { greedyIds: [1, 1, 0], tolerance: 0.03 })).toBe(2);
  });

  test('another token against a clear preference is a difference, and ends nothing', () => {
    expect(comparableSteps(CLEAR, { greedyIds: [1, 1, 0], tolerance: 0.03 })).toBe(3);
  });

  test('a tie that is near only for half precision is none for float32', () => {
    expect(comparableSteps(NEAR_TIE, { greedyIds: [1, 1, 0], tolerance: 3e-4 })).toBe(3);
  });
});

test('the coarser the arithmetic of the reference, the more its logits may differ', () => {
  const [single, half, brain] = (['float32', 'float16', 'bfloat16'] as const).map((arithmetic) =>
    logitsTolerance(2.8, arithmetic),
  );
  expect(single).toBeCloseTo(3e-4, 8);
  expect(half).toBeGreaterThan(10 * (single ?? Infinity));
  expect(brain).toBeGreaterThan(half ?? Infinity);
});
