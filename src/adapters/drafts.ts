/** A reply as it grows: drawn one draft at a time, always from the newest content; what comes meanwhile is drawn next. */
export class Drafts<Content extends object> {
  readonly #draw: (content: Content) => Promise<void>;
  readonly #isTheirs: (error: unknown) => boolean;
  #next: Content | undefined;
  #drawing: Promise<void> | undefined;
  #failure: Error | undefined;

  /**
   * `isTheirs`: a draft that the platform did not take. That is no failure: the end of the reply says everything. Any other
   * one fails the next `draw`.
   */
  constructor(draw: (content: Content) => Promise<void>, isTheirs: (error: unknown) => boolean) {
    this.#draw = draw;
    this.#isTheirs = isTheirs;
  }

  draw(content: Content): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#next = content;
    this.#drawing ??= this.#run().finally(() => {
      this.#drawing = undefined;
    });
  }

  /** Nothing more is drawn from here on. */
  async end(): Promise<void> {
    this.#next = undefined;
    await this.#drawing;
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const content = this.#next;
      this.#next = undefined;
      try {
        await this.#draw(content);
      } catch (error) {
        if (!this.#isTheirs(error)) this.#failure = error as Error;
      }
    }
  }
}
