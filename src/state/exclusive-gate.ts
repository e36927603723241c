/**
 * Many operations at a time, or one exclusive one: an exclusive one waits for those under way and holds up those that
 * come after it. Operations start in the call itself while nothing exclusive waits.
 */
export class ExclusiveGate {
  #running = 0;
  #exclusive: Promise<unknown> | undefined;
  #whenIdle: (() => void) | undefined;

  async shared<Result>(operation: () => Promise<Result>): Promise<Result> {
    while (this.#exclusive !== undefined) await this.#exclusive;
    this.#running += 1;
    try {
      return await operation();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#whenIdle?.();
    }
  }

  async exclusive<Result>(operation: () => Promise<Result>): Promise<Result> {
    while (this.#exclusive !== undefined) await this.#exclusive;
    const work = this.#afterIdle(operation);
    // waiters go on whether it failed or not; its failure is its caller's
    this.#exclusive = work
      .catch(() => undefined)
      .finally(() => {
        this.#exclusive = undefined;
      });
    return work;
  }

  async #afterIdle<Result>(operation: () => Promise<Result>): Promise<Result> {
    if (this.#running > 0)
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    this.#whenIdle = undefined;
    return operation();
  }
}
