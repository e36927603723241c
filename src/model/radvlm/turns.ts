import { setImmediate as nextRound } from 'node:timers/promises';

/** Many tokens of a prompt, or the one token that was written last. */
export type SharedKind = 'prefill' | 'decode';

/** A step that can share a run with steps of other sequences. */
type Shared<Part, Result> = {
  readonly kind: SharedKind;
  readonly prepare: () => Part | undefined;
  readonly resolve: (result: Result | undefined) => void;
};

/** A step that needs the processor for itself. */
type Alone = { readonly kind: 'alone'; readonly work: () => Promise<void> };

/** Whom a step is for. */
export type Client = {
  readonly signal: AbortSignal;
  /** Reading ahead: nobody waits for it, so it steps back behind everything that somebody waits for. */
  readonly background: boolean;
};

type Waiting = Client & { readonly reject: (reason: unknown) => void };
type SharedStep<Part, Result> = Shared<Part, Result> & Waiting;
type Step<Part, Result> = SharedStep<Part, Result> | (Alone & Waiting);

/**
 * Whose turn it is to compute. Every sequence asks for one step, waits for it, and asks for the next, so first come
 * first served alternates between all that are running. A run takes at most one prefill, which is the longest thing in
 * it, and as many decode steps as there are lanes left: one user's long prompt holds up another's words by a chunk at
 * the most, however many long prompts wait, and no step is passed by one of its own kind that came later. A step whose
 * signal has aborted is dropped before the next run.
 */
export class Turns<Part, Result> {
  readonly #lanes: number;
  readonly #run: (parts: readonly Part[]) => Promise<readonly Result[]>;
  #waiting: Step<Part, Result>[] = [];
  #running: Promise<void> | undefined;

  /** `run` computes at most `lanes` parts at once and gives a result for each, in order. */
  constructor(lanes: number, run: (parts: readonly Part[]) => Promise<readonly Result[]>) {
    this.#lanes = lanes;
    this.#run = run;
  }

  /**
   * One decoder step, together with those of other sequences where there are lanes left. `prepare` is asked for the
   * part when its turn has come; if there is nothing left to do by then, the result is undefined.
   */
  share(
    kind: SharedKind,
    prepare: () => Part | undefined,
    { signal, background }: Client,
  ): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#add({ kind, prepare, signal, background, resolve, reject });
    });
  }

  /** Any other step: a tile through the vision tower, cutting tiles. */
  alone<Value>(work: () => Promise<Value>, { signal, background }: Client): Promise<Value> {
    return new Promise((resolve, reject) => {
      const step = { kind: 'alone', work: async () => resolve(await work()) } as const;
      this.#add({ ...step, signal, background, reject });
    });
  }

  /** Resolves when nothing is running and nothing waits. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  #add(step: Step<Part, Result>): void {
    this.#waiting.push(step);
    this.#running ??= this.#work();
  }

  async #work(): Promise<void> {
    for (;;) {
      // Lets messages in (an abort), and lets the sequences just served ask again before a run is put together.
      await nextRound();
      this.#dropAborted();
      const first = this.#takeFirst();
      if (!first) {
        this.#running = undefined;
        return;
      }
      if (first.kind === 'alone') await first.work().catch(first.reject);
      else await this.#runTogether([first, ...this.#takeBeside(first)]);
    }
  }

  #dropAborted(): void {
    const dropped = this.#waiting.filter((step) => step.signal.aborted);
    this.#waiting = this.#waiting.filter((step) => !step.signal.aborted);
    for (const step of dropped) step.reject(step.signal.reason);
  }

  #takeFirst(): Step<Part, Result> | undefined {
    const first = this.#waiting.find((step) => !step.background) ?? this.#waiting[0];
    this.#waiting = this.#waiting.filter((step) => step !== first);
    return first;
  }

  /** Those that run beside the first: decode steps in their order, and a prefill if the first is none. */
  #takeBeside(first: SharedStep<Part, Result>): SharedStep<Part, Result>[] {
    const shared = this.#waiting.filter((step) => step.kind !== 'alone');
    const prefills = first.kind === 'prefill' ? [] : shared.filter(isPrefill);
    const prefill = prefills.find((step) => !step.background) ?? prefills[0];
    const decodes = shared.filter((step) => !isPrefill(step));
    // The prefill's lane is kept for it: with many that write, it would never get one.
    const beside = [...(prefill ? [prefill] : []), ...decodes].slice(0, this.#lanes - 1);
    this.#waiting = this.#waiting.filter((step) => !beside.some((other) => other === step));
    return beside;
  }

  async #runTogether(steps: readonly SharedStep<Part, Result>[]): Promise<void> {
    const prepared = steps.flatMap((step) => preparedOf(step));
    if (prepared.length === 0) return;
    try {
      const results = await this.#run(prepared.map(({ part }) => part));
      prepared.forEach(({ step }, i) => step.resolve(results[i]));
    } catch (error) {
      for (const { step } of prepared) step.reject(error);
    }
  }
}

const isPrefill = (step: { readonly kind: SharedKind }): boolean => step.kind === 'prefill';

/** The step with its part; one that has nothing to do, or fails here, is answered at once. */
const preparedOf = <Part, Result>(
  step: SharedStep<Part, Result>,
): { step: SharedStep<Part, Result>; part: Part }[] => {
  try {
    const part = step.prepare();
    if (part !== undefined) return [{ step, part }];
    step.resolve(undefined);
  } catch (error) {
    step.reject(error);
  }
  return [];
};
