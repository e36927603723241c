import type { Random } from '../test/support/random.ts';

/** What a run ended in: something to be told to whoever sent the input, or nothing. */
type Outcome = { readonly kind: 'answered' | 'silent'; readonly what: string };

/** Something that takes hostile input. Each file of targets/ exports `open`, by which `--target` finds it. */
export type FuzzTarget = {
  /** A run that takes longer has hung. */
  readonly limitMs: number;
  readonly atOnce: number;
  /** Makes one hostile input and hands it in. Throws never; what escapes is a crash. */
  attempt(random: Random): Promise<Outcome>;
  close(): Promise<void>;
};

export type OpenTarget = () => Promise<FuzzTarget>;
