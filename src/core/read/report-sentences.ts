import { splitSentences } from './split-sentences.ts';

/** Cuts a report into sentences while it is written: one is whole when the next has begun. */
export class ReportSentences {
  #rest = '';

  push(delta: string): readonly string[] {
    this.#rest += delta;
    const sentences = splitSentences(this.#rest);
    // The last may go on, and so may the one before it while a single mark or number follows ("approx." "5").
    const whole = sentences.slice(0, -2);
    this.#rest = sentences.slice(-2).join('');
    return whole;
  }

  finish(): readonly string[] {
    const sentences = splitSentences(this.#rest);
    this.#rest = '';
    return sentences;
  }
}
