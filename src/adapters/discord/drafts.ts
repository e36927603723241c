import { DiscordFailure } from './discord-failure.ts';
import type { PartContent } from './reply-content.ts';

/** Drawn one at a time, always from the newest content; what comes meanwhile is drawn next. */
export class Drafts {
  readonly #draw: (contents: readonly PartContent[]) => Promise<void>;
  #next: readonly PartContent[] | undefined;
  #drawing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(draw: (contents: readonly PartContent[]) => Promise<void>) {
    this.#draw = draw;
  }

  draw(contents: readonly PartContent[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#next = contents;
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
      const contents = this.#next;
      this.#next = undefined;
      try {
        await this.#draw(contents);
      } catch (error) {
        // A draft that Discord did not take is no failure: the end of the reply says everything.
        if (!(error instanceof DiscordFailure)) this.#failure = error as Error;
      }
    }
  }
}
