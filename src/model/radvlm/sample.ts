import { randomInt } from 'node:crypto';
import { WetreadError } from '../../errors.ts';
import type { Sampling } from '../model.ts';

/** Chooses the next token from its logits, [vocabulary rows]. Keeps the state of its random numbers. */
export type Sampler = (logits: Float32Array) => number;

const UINT32 = 2 ** 32;

/**
 * Greedy at temperature 0: the largest logit, the first of equals, as torch's argmax. Else a draw from the softmax of
 * logits / temperature, of the most probable tokens that together reach topP (at least one). Logits that are no numbers
 * fail with `model-failed`.
 */
export const createSampler = ({ temperature, topP, seed }: Sampling): Sampler => {
  if (temperature <= 0) return findLargest;
  const nextRandom = createRandom(seed ?? randomInt(UINT32));
  return (logits) => draw(logits, temperature, topP, nextRandom());
};

const findLargest = (logits: Float32Array): number => {
  let best = -1;
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    if (logits[id]! > largest) {
      largest = logits[id]!;
      best = id;
    }
  }
  // A NaN is never larger, so it is passed by; nothing but NaN, or an infinity, is a broken model.
  if (best === -1 || !Number.isFinite(largest)) throw new WetreadError('model-failed');
  return best;
};

/** `random` in [0, 1). */
const draw = (logits: Float32Array, temperature: number, topP: number, random: number): number => {
  const largest = logits[findLargest(logits)]!;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    const weight = Math.exp((logits[id]! - largest) / temperature);
    // A NaN has no share.
    weights[id] = weight >= 0 ? weight : 0;
    total += weights[id]!;
  }
  const ids = topP >= 1 ? allOf(weights) : findNucleus(weights, total, topP);
  let kept = 0;
  for (const id of ids) kept += weights[id]!;
  let left = random * kept;
  for (const id of ids) {
    left -= weights[id]!;
    if (left < 0) return id;
  }
  // Rounding may leave a crumb after the last.
  return ids[ids.length - 1]!;
};

const allOf = (weights: Float64Array): Int32Array => Int32Array.from(weights.keys());

/** The most probable ids whose weights reach topP of the total, largest first. */
const findNucleus = (weights: Float64Array, total: number, topP: number): Int32Array => {
  // Below this share no token can be needed: all such tokens together weigh less than 1 - topP. Leaves few to sort.
  const least = (total * (1 - topP)) / weights.length;
  const candidates: number[] = [];
  for (let id = 0; id < weights.length; id++) if (weights[id]! >= least) candidates.push(id);
  candidates.sort((a, b) => weights[b]! - weights[a]! || a - b);
  let reached = 0;
  let count = 0;
  while (count < candidates.length && reached < topP * total)
    reached += weights[candidates[count++]!]!;
  return Int32Array.from(candidates.slice(0, Math.max(1, count)));
};

/** sfc32 (PractRand), seeded by its own first rounds; numbers in [0, 1) of 32 bits. */
const createRandom = (seed: number): (() => number) => {
  let a = seed >>> 0;
  let b = Math.floor(seed / UINT32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / UINT32;
  };
  // As PractRand does after seeding, so that near seeds part.
  for (let round = 0; round < 15; round++) next();
  return next;
};
