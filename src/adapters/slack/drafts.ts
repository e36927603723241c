import type { ReplyContent } from './reply-content.ts';
import { SlackFailure } from './slack-failure.ts';

/** Drawn one at a time, always from the newest content; what comes meanwhile is drawn next. */
export class Drafts {
  readonly #draw: (content: ReplyContent) => Promise<void>;
  #next: ReplyContent | undefined;
  #drawing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(draw: (content: ReplyContent) => Promise<void>) {
    this.#draw = draw;
  }

  draw(content: ReplyContent): void {
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
        // A draft that Slack did not take is no failure: the end of the reply says everything.
        if (!(error instanceof SlackFailure)) this.#failure = error as Error;
      }
    }
  }
}
