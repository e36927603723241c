/** One line of `npm run bench`. A figure alone says little of another machine; `ratio` is value / the same run's figure for `against`. */
export type Measurement = {
  readonly name: string;
  readonly value: number;
  readonly unit: 'ms' | 'tokens/s' | 'turns/s' | 'streams' | 'MiB' | 'bytes';
  /** What it is held beside, in the same run; null where nothing compares. */
  readonly against: string | null;
  readonly ratio: number | null;
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
};

/** Milliseconds that each of several actions takes, taking turns so that a noisy moment meets all alike; medians. */
export const timeInTurns = async (
  rounds: number,
  actions: readonly (() => unknown)[],
): Promise<number[]> => {
  const times: number[][] = actions.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, action] of actions.entries()) {
      const start = performance.now();
      await action();
      // the first round only warms up
      if (round >= 0) times[index]?.push(performance.now() - start);
    }
  }
  return times.map(median);
};
