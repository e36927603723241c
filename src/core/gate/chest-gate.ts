import { turnPixels, type Way } from '../pixels.ts';
import { resizeByArea } from './area-resize.ts';
import type { Grey } from './grey.ts';
import { measure } from './measure.ts';
import { scoreFeatures, type GateWeights } from './weights.ts';

/** The longest side of the working copy, pixels. */
const WORK_SIDE = 256;
/** Below this a side is too short to judge, and to read. Pixels. */
export const SMALLEST_SIDE = 64;

/**
 * accept: a chest film as it lies. turn: one after `way`; to be offered, never done silently. ask: it may be one.
 * refuse: it is not one.
 */
export type Verdict = {
  readonly decision: 'accept' | 'turn' | 'ask' | 'refuse';
  /** What brings the picture upright; nothing unless the decision is `turn`. */
  readonly way: Way;
  /** Log-odds as it lies, and of all eight ways: number of quarter turns, 4 more if inverted. */
  readonly score: number;
  readonly scores: readonly number[];
};

export type ChestGate = {
  /** Both sides must be at least SMALLEST_SIDE. Takes some 20 ms of the thread. */
  judge(grey: Grey): Verdict;
};

const WAYS: readonly Way[] = Array.from({ length: 8 }, (_, i) => ({
  turns: i % 4,
  inverted: i >= 4,
}));
const AS_IT_LIES: Way = { turns: 0, inverted: false };

/**
 * Is this a readable frontal chest film, the right way up and the right polarity?
 *
 * Covered: other pictures, other body parts as far as they were at hand, films turned by quarters or inverted, halves
 * and patches of films, heavy blur. Not covered: lateral films, children, real photographs of a light box, mirrored
 * films (which cannot be told from a film). How it was trained and measured: training/chest-gate/README.md.
 */
export const createChestGate = (weights: GateWeights): ChestGate => ({
  judge: (grey) => {
    const work = { ...shrink(grey), channels: 1 as const };
    const scores = WAYS.map((way) => scoreFeatures(measure(turnPixels(work, way)), weights));
    return { ...decide(scores, weights.thresholds), score: scores[0]!, scores };
  },
});

const decide = (
  scores: readonly number[],
  { sure, ask, turn, margin }: GateWeights['thresholds'],
): Pick<Verdict, 'decision' | 'way'> => {
  const own = scores[0]!;
  const best = scores.indexOf(Math.max(...scores));
  if (own >= sure) return { decision: 'accept', way: AS_IT_LIES };
  if (scores[best]! >= turn && scores[best]! - own >= margin)
    return { decision: 'turn', way: WAYS[best]! };
  return { decision: own >= ask ? 'ask' : 'refuse', way: AS_IT_LIES };
};

/** The working copy: longest side at most WORK_SIDE, never enlarged. */
const shrink = (grey: Grey): Grey => {
  const longest = Math.max(grey.width, grey.height);
  if (longest <= WORK_SIDE) return grey;
  const width = Math.max(1, Math.round((grey.width * WORK_SIDE) / longest));
  const height = Math.max(1, Math.round((grey.height * WORK_SIDE) / longest));
  return {
    data: Uint8Array.from(resizeByArea(grey, width, height), (value) => Math.floor(value + 0.5)),
    width,
    height,
  };
};
