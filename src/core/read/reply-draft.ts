import type { Usage } from '../../model/model.ts';
import type { NumberedBox } from '../film.ts';
import type { Exchange, Notice, Picture, Reply, ReplyEvent } from '../reply.ts';

/** A reply while it is being made: what has been said so far, whatever happens next. */
export class ReplyDraft {
  readonly question: string;
  readonly boxes: NumberedBox[] = [];
  /** The model's own words of the answer, coordinates and all. */
  raw = '';
  exchange: Exchange | null = null;
  annotated: Picture | null = null;
  finishReason: Reply['finishReason'] = 'stop';
  usage: Usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };

  #text = '';
  readonly #notices: Notice[] = [];
  /** Noted, and to be given out after the answer. */
  readonly #later: Notice[] = [];

  constructor(question: string) {
    this.question = question;
  }

  get nextNumber(): number {
    return this.boxes.reduce((highest, { number }) => Math.max(highest, number), 0) + 1;
  }

  /** Words of the answer for the user; none are no event. */
  *say(text: string): Generator<ReplyEvent> {
    if (text === '') return;
    this.#text += text;
    yield { type: 'text-delta', text };
  }

  /** What the user sees of an answer that was given out otherwise, as the model wrote it. */
  show(text: string): void {
    this.#text += text;
  }

  /** A notice that comes before the answer. */
  *open(notice: Notice): Generator<ReplyEvent> {
    this.#notices.push(notice);
    yield { type: 'notice', ...notice };
  }

  /** A notice that comes after the answer, once. */
  note(notice: Notice): void {
    const known = [...this.#notices, ...this.#later];
    if (known.every(({ code, text }) => code !== notice.code || text !== notice.text)) {
      this.#later.push(notice);
    }
  }

  /** Gives out what was noted. */
  *notices(): Generator<ReplyEvent> {
    for (const notice of this.#later.splice(0)) yield* this.open(notice);
  }

  addUsage(usage: Usage): void {
    this.usage = {
      promptTokens: this.usage.promptTokens + usage.promptTokens,
      cachedTokens: this.usage.cachedTokens + usage.cachedTokens,
      completionTokens: this.usage.completionTokens + usage.completionTokens,
    };
  }

  reply(): Reply {
    return {
      question: this.question,
      text: this.#text,
      raw: this.raw,
      boxes: this.boxes,
      notices: this.#notices,
      annotated: this.annotated,
      exchange: this.exchange,
      usage: this.usage,
      finishReason: this.finishReason,
    };
  }
}
