/** Chance that is the same for the same seed. */
export type Random = {
  /** 0 to below 1. */
  readonly next: () => number;
  /** An integer from 0 to below `limit`. */
  readonly below: (limit: number) => number;
  /** True with this probability. */
  readonly chance: (probability: number) => boolean;
};

/** Mulberry32: 32 bits of state, ample for a script of ten thousand turns. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
  };
};
