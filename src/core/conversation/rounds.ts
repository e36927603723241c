/** What a process does again and again while it lives; a round that takes longer than its interval is not begun twice. */
export class Rounds {
  readonly #timers: NodeJS.Timeout[] = [];

  /** `work` never fails. */
  every(ms: number, work: () => Promise<void>): void {
    let isWorking = false;
    const timer = setInterval(() => {
      if (isWorking) return;
      isWorking = true;
      void work().finally(() => {
        isWorking = false;
      });
    }, ms);
    this.#timers.push(timer.unref());
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
