import { expect, test } from 'vitest';
import { runSoak } from '../bench/soak/run-soak.ts';

const NONE = { lost: [], doubled: [], disordered: [] };

/** A short seed of `npm run soak`; docs/reliability.md has the long ones. */
test(
  'conversations survive a server that is killed again and again: nothing lost, doubled or out of order',
  { timeout: 120_000 },
  async () => {
    const { verdict, kills } = await runSoak({
      turns: 120,
      threads: 12,
      kills: 4,
      seed: 1,
      store: 'lmdb',
      servers: 1,
    });
    expect(verdict).toMatchObject({ ...NONE, turns: 120, delivered: 120 });
    expect(kills).toBe(4);
    // Replies that say why there is none are replies, but a soak of nothing else shows nothing.
    expect(verdict.failed).toBeLessThan(verdict.turns / 4);
  },
);
