import type { Tokenizer } from './tokenizer.ts';

/** Ids in, text out, as they come: the deltas joined are `decode(ids, { skipSpecial: true })`. */
export type TextStream = {
  /** What the token adds; empty while a character is unfinished. Whole characters are never held back. */
  push(id: number): string;
  /** What is left: U+FFFD for an unfinished character. */
  finish(): string;
};

/** Broken bytes become U+FFFD as soon as they are known to be broken (the rule of Unicode, which TextDecoder follows). */
export const createTextStream = (tokenizer: Tokenizer): TextStream => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (id) =>
      tokenizer.isSpecial(id) ? '' : decoder.decode(tokenizer.bytesOf(id), { stream: true }),
    finish: () => decoder.decode(),
  };
};
