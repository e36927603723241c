import type { ReplyEvent } from '../../src/core/reply.ts';
import type { PartKind } from './platform-record.ts';

export type DraftPart = {
  readonly kind: PartKind;
  readonly text: string;
  readonly options: readonly string[];
};

/** What a message of the scripted platform holds at most, so that long answers are split. */
const LONGEST_TEXT = 300;

/** Marks a reply that says why there is no answer. */
export const FAILURE_MARK = '[!] ';

/** A reply as it grows: the parts that it would be if it ended now. */
export class ReplyDraft {
  #text = '';
  #picture: string | undefined;
  #failure: string | undefined;
  #question: DraftPart | undefined;
  readonly #notices: string[] = [];
  #ended = false;

  get text(): string {
    return this.#text;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Text, split where it is too long, with the notices as its last line; then the picture; or a question; or why not. */
  get parts(): readonly DraftPart[] {
    if (this.#failure !== undefined) return [textPart(FAILURE_MARK + this.#failure)];
    if (this.#question !== undefined) return [this.#question];
    const notices = this.#ended && this.#notices.length > 0 ? `\n(${this.#notices.join(' ')})` : '';
    const parts = split(this.#text + notices).map(textPart);
    if (this.#ended && this.#picture !== undefined)
      parts.push({ kind: 'picture', text: this.#picture, options: [] });
    return parts;
  }

  add(event: ReplyEvent): void {
    switch (event.type) {
      case 'status':
        break;
      case 'text-delta':
        this.#text += event.text;
        break;
      case 'image':
        this.#picture = event.altText;
        break;
      case 'notice':
        this.#notices.push(event.text);
        break;
      case 'choices':
        this.#question = {
          kind: 'question',
          text: event.question,
          options: event.options.map(({ code }) => code),
        };
        this.#ended = true;
        break;
      case 'error':
        this.#failure = event.message;
        this.#ended = true;
        break;
      case 'end':
        this.#text = event.reply.text;
        this.#ended = true;
        break;
    }
  }
}

const textPart = (text: string): DraftPart => ({ kind: 'text', text, options: [] });

const split = (text: string): string[] => {
  const pieces: string[] = [];
  for (let start = 0; start < text.length || start === 0; start += LONGEST_TEXT)
    pieces.push(text.slice(start, start + LONGEST_TEXT));
  return pieces;
};
