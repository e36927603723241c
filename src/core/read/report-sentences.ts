import { splitSentences } from './split-sentences.ts';

/** Cuts a report into sentences while it is written: one is whole when the next has begun. */
export class ReportSentences {
  #rest = '';

  push(delta: string): readonly string[] {
    this.#rest += delta;
    const sentences = splitSentences(this.#rest);
    const whole = sentences.slice(0, -1);
    this.#rest = sentences.at(-1) ?? '';
    return whole;
  }

  finish(): readonly string[] {
    const sentences = splitSentences(this.#rest);
    this.#rest = '';
    return sentences;
  }
}
