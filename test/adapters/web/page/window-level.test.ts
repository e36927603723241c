import { describe, expect, test } from 'vitest';
import {
  changeWindow,
  isWhole,
  toTransfer,
  WHOLE_WINDOW,
  windowWords,
} from '../../../../src/adapters/web/page/film/window-level.ts';

/** What becomes of a grey value, both 0..1. */
const lightOf = (window: typeof WHOLE_WINDOW, grey: number): number => {
  const { slope, intercept } = toTransfer(window);
  return Math.min(1, Math.max(0, slope * grey + intercept));
};

describe('a window', () => {
  test('that is whole shows every grey value as it is', () => {
    for (const grey of [0, 0.25, 0.5, 1]) expect(lightOf(WHOLE_WINDOW, grey)).toBe(grey);
    expect(isWhole(WHOLE_WINDOW)).toBe(true);
    expect(windowWords(WHOLE_WINDOW)).toBe('W 256 L 128');
  });

  test('spreads its values from black to white, and cuts off what is outside', () => {
    const lungs = { width: 0.5, level: 0.3, isInverted: false };
    expect(lightOf(lungs, 0.05)).toBeCloseTo(0);
    expect(lightOf(lungs, 0.3)).toBeCloseTo(0.5);
    expect(lightOf(lungs, 0.55)).toBeCloseTo(1);
    expect(lightOf(lungs, 0.9)).toBe(1);
  });

  test('that is inverted shows white as black', () => {
    const inverted = { width: 0.5, level: 0.3, isInverted: true };
    expect(lightOf(inverted, 0.05)).toBeCloseTo(1);
    expect(lightOf(inverted, 0.55)).toBeCloseTo(0);
    expect(isWhole({ ...WHOLE_WINDOW, isInverted: true })).toBe(false);
  });

  test('stays within what can be seen, however far it is dragged', () => {
    const narrow = changeWindow(WHOLE_WINDOW, { wider: -5, higher: -5 });
    expect([narrow.width > 0, narrow.level]).toEqual([true, 0]);
    const wide = changeWindow(WHOLE_WINDOW, { wider: 50, higher: 50 });
    expect([wide.width, wide.level]).toEqual([2, 1]);
  });
});
