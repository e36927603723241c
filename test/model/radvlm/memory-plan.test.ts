import { describe, expect, test } from 'vitest';
import { RADVLM_IMAGE, RADVLM_VISION } from '../../../bench/radvlm-shape.ts';
import { SHAPES } from '../../../bench/shape/shapes.ts';
import { fitMemory, mostFilmTokens, planMemory } from '../../../src/model/radvlm/memory-plan.ts';

const config = { text: SHAPES['7b'], vision: RADVLM_VISION, image: RADVLM_IMAGE, endTokens: [] };
/** RadVLM at 4 bits in blocks of 64. */
const radvlm = { config, weightBytes: 4.8e9 };
const none = { lanes: undefined, contextTokens: undefined };
const choice = { lanes: 4, contextTokens: 16_384, keptTokens: 20_000 };

const failureOf = (availableBytes: number, model = radvlm, wishes = none): unknown => {
  try {
    return fitMemory(model, availableBytes, wishes);
  } catch (error) {
    return error;
  }
};

describe('the memory of a run', () => {
  test('counts what a token of the cache takes', () => {
    // keys and values of 28 layers, 4 heads of 128, 4 bytes each
    expect(planMemory(radvlm, choice).cacheBytesPerToken).toBe(114_688);
  });

  test('is the sum of its parts', () => {
    const { weights, conversations, kept, working, total } = planMemory(radvlm, choice);
    expect(weights).toBeGreaterThan(4.8e9);
    expect(conversations).toBe(4 * 16_384 * 114_688);
    expect(kept).toBeGreaterThan(20_000 * 114_688);
    expect(working).toBeGreaterThan(3e8);
    expect(total).toBe(weights + conversations + kept + working);
  });

  test('allows for the film that has the most tokens', () => {
    expect(mostFilmTokens(config)).toBeGreaterThan(7_000);
    expect(mostFilmTokens(config)).toBeLessThan(9_000);
  });
});

describe('a model fits', () => {
  test('whole where there is room', () => {
    expect(fitMemory(radvlm, 64e9, none)).toMatchObject(choice);
  });

  test('with a shorter talk, fewer films kept and fewer at once where there is less', () => {
    const plans = [24e9, 16e9, 14e9, 12e9, 10e9].map((bytes) => fitMemory(radvlm, bytes, none));
    for (const [i, plan] of plans.entries()) {
      expect(plan.total).toBeLessThanOrEqual([24e9, 16e9, 14e9, 12e9, 10e9][i] ?? 0);
      expect(plan.contextTokens).toBeGreaterThan(mostFilmTokens(config) + 2_000);
      expect(plan.lanes).toBeLessThanOrEqual(plans[i - 1]?.lanes ?? 4);
    }
    expect(plans[0]?.lanes).toBe(4);
    expect(plans.at(-1)?.lanes).toBe(1);
  });

  test('as it is set, or not at all', () => {
    const wishes = { lanes: 2, contextTokens: 12_000 };
    expect(fitMemory(radvlm, 64e9, wishes)).toMatchObject(wishes);
    expect(failureOf(9e9, radvlm, { lanes: 4, contextTokens: undefined } as never)).toMatchObject({
      code: 'memory-too-small',
    });
  });

  test('never beyond what the checkpoint holds', () => {
    const wishes = { lanes: 1, contextTokens: 100_000 };
    expect(fitMemory(radvlm, 64e9, wishes).contextTokens).toBe(32_768);
  });
});

describe('a model that does not fit is refused with what would', () => {
  test('fewer lanes and a shorter context', () => {
    const wishes = { lanes: 4, contextTokens: 16_384 } as never;
    expect(failureOf(11e9, radvlm, wishes)).toMatchObject({
      message: expect.stringMatching(
        /^The model needs \d+\.\d GB of memory \(5\.8 GB of it for its weights\), and 11\.0 GB are free: MODEL_LANES=1 with MODEL_CONTEXT=\d+ would fit\.$/,
      ),
    });
  });

  test('weights of 4 bits', () => {
    const exact = { config, weightBytes: 32e9 };
    expect(failureOf(12e9, exact)).toMatchObject({
      message: expect.stringContaining('MODEL_WEIGHTS=int4'),
    });
  });

  test('another machine', () => {
    expect(failureOf(4e9)).toMatchObject({ message: expect.stringContaining('MODEL_URL') });
  });
});
