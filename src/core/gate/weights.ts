import { readFile } from 'node:fs/promises';

/** A small network over the features: each standardised, one layer of rectified units, one log-odds out. */
export type GateWeights = {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  readonly hidden: {
    readonly weights: readonly (readonly number[])[];
    readonly bias: readonly number[];
  };
  readonly weights: readonly number[];
  readonly bias: number;
  readonly thresholds: {
    /** Own score from which a picture is accepted, and from which it is worth asking about. */
    readonly sure: number;
    readonly ask: number;
    /** Another way to hold the picture is offered from this score on, if it is better than the own by `margin`. */
    readonly turn: number;
    readonly margin: number;
  };
};

/** The weights that ship with Wetread. The path holds from src/core/gate and from dist/core/gate alike. */
export const readGateWeights = async (): Promise<GateWeights> =>
  JSON.parse(
    await readFile(new URL('../../../assets/chest-gate.json', import.meta.url), 'utf8'),
  ) as GateWeights;

/** Standardised features are clipped to this: what is far outside of the training says no more than "far outside". */
const MOST_DEVIATIONS = 8;

/** The log-odds that a picture with these features is a chest film as it lies; above 0 more likely than not. */
export const scoreFeatures = (features: Float64Array, weights: GateWeights): number => {
  const { mean, scale, hidden } = weights;
  const standard = features.map((value, i) => {
    const deviations = (value - mean[i]!) / scale[i]!;
    return Math.max(-MOST_DEVIATIONS, Math.min(MOST_DEVIATIONS, deviations));
  });
  let score = weights.bias;
  hidden.weights.forEach((row, unit) => {
    let sum = 0;
    for (let i = 0; i < standard.length; i++) sum += row[i]! * standard[i]!;
    score += weights.weights[unit]! * Math.max(0, sum + hidden.bias[unit]!);
  });
  return score;
};
