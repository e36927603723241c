/** Runs the jobs of one key one after the other, in the order in which they came; different keys run side by side. */
export class KeyedSeries {
  readonly #last = new Map<string, Promise<void>>();

  run<Result>(key: string, job: () => Promise<Result>): Promise<Result> {
    const result = (this.#last.get(key) ?? Promise.resolve()).then(job);
    const done: Promise<void> = result
      .then(
        () => undefined,
        () => undefined,
      )
      .then(() => {
        if (this.#last.get(key) === done) this.#last.delete(key);
      });
    this.#last.set(key, done);
    return result;
  }
}
