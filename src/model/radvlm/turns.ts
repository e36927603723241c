import { setImmediate as nextRound } from 'node:timers/promises';

/** A step that can share a run with steps of other sequences. */
type Shared<Part, Result> = {
  readonly kind: 'shared';
  readonly prepare: () => Part | undefined;
  readonly resolve: (result: Result | undefined) => void;
};

/** A step that needs the processor for itself. */
type Alone = { readonly kind: 'alone'; readonly work: () => Promise<void> };

type Waiting = { readonly signal: AbortSignal; readonly reject: (reason: unknown) => void };
type SharedStep<Part, Result> = Shared<Part, Result> & Waiting;
type Step<Part, Result> = SharedStep<Part, Result> | (Alone & Waiting);

/**
 * Whose turn it is to compute. Every sequence asks for one step, waits for it, and asks for the next, so first come
 * first served alternates between all that are running: one user's long prefill never holds up another's words by
 * more than a step. A step whose signal has aborted is dropped before the next one starts.
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
  share(prepare: () => Part | undefined, signal: AbortSignal): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      this.#add({ kind: 'shared', prepare, signal, resolve, reject });
    });
  }

  /** Any other step: a tile through the vision tower, cutting tiles. */
  alone<Value>(work: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
    return new Promise((resolve, reject) => {
      this.#add({ kind: 'alone', work: async () => resolve(await work()), signal, reject });
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
      const first = this.#waiting.shift();
      if (!first) {
        this.#running = undefined;
        return;
      }
      if (first.kind === 'alone') await first.work().catch(first.reject);
      else await this.#runTogether([first, ...this.#takeShared(this.#lanes - 1)]);
    }
  }

  #dropAborted(): void {
    const dropped = this.#waiting.filter((step) => step.signal.aborted);
    this.#waiting = this.#waiting.filter((step) => !step.signal.aborted);
    for (const step of dropped) step.reject(step.signal.reason);
  }

  #takeShared(atMost: number): SharedStep<Part, Result>[] {
    const taken = this.#waiting.filter((step) => step.kind === 'shared').slice(0, atMost);
    this.#waiting = this.#waiting.filter((step) => !taken.some((other) => other === step));
    return taken;
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
