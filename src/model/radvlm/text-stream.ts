import type { Tokenizer } from './tokenizer.ts';

/** Ids in, text out, as they come: the deltas joined are `decode(ids, { skipSpecial: true })`. */
export type TextStream = {
  /** What the token adds; empty while a character is unfinished. Whole characters are never held back. */
  push(id: number): string;
  /** What is left: U+FFFD for each byte of an unfinished character that cannot be one. */
  finish(): string;
};

/**
 * Broken bytes become U+FFFD as soon as they are known to be broken, as in Python's incremental decoder, which the
 * reference streams with. TextDecoder does the same but for the beginning of a surrogate; see `lengthHeld`.
 */
export const createTextStream = (tokenizer: Tokenizer): TextStream => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let held: Uint8Array = new Uint8Array();
  return {
    push: (id) => {
      if (tokenizer.isSpecial(id)) return '';
      const bytes = Buffer.concat([held, tokenizer.bytesOf(id)]);
      const given = bytes.length - lengthHeld(bytes);
      held = bytes.subarray(given);
      return decoder.decode(bytes.subarray(0, given), { stream: true });
    },
    finish: () => decoder.decode(held),
  };
};

/**
 * ED A0..BF begins a surrogate, which UTF-8 may not hold. Python says so when it has seen the third byte, TextDecoder at
 * the second; so the first two are not shown to it before there is a third.
 */
const lengthHeld = (bytes: Uint8Array): number => {
  if (bytes.at(-1) === 0xed) return 1;
  return bytes.at(-2) === 0xed && bytes.at(-1)! >= 0xa0 && bytes.at(-1)! <= 0xbf ? 2 : 0;
};
