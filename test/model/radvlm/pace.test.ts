import { expect, test } from 'vitest';
import { Pace } from '../../../src/model/radvlm/pace.ts';

test('nothing is told before there is something to go by', () => {
  const pace = new Pace();
  expect(pace.leftMs(10, 100)).toBe(undefined);
  expect(pace.towerShare(10, 100)).toBe(0.5);
  pace.tokens(64, 640);
  expect(pace.leftMs(1, 100)).toBe(undefined);
  expect(pace.leftMs(0, 100)).toBe(1000);
});

test('the time left is that of the tiles and tokens that are left', () => {
  const pace = new Pace();
  pace.tile(1200);
  pace.tokens(64, 1600);
  expect(pace.leftMs(31, 7_000)).toBe(31 * 1200 + 7_000 * 25);
  expect(pace.towerShare(31, 7_000)).toBeCloseTo(0.175, 3);
});

test('follows a machine that becomes busy within a few steps, and is not upset by one slow step', () => {
  const pace = new Pace();
  for (let i = 0; i < 5; i++) pace.tokens(64, 640);
  pace.tokens(64, 6400);
  expect(pace.leftMs(0, 1)).toBeLessThan(40);
  for (let i = 0; i < 8; i++) pace.tokens(64, 6400);
  expect(pace.leftMs(0, 1)).toBeGreaterThan(90);
});
