/**
 * Finds lists of boxes in text that arrives in pieces: "[0.1, 0.2, 0.5, 0.66]", "[..], [..] and [..]".
 * What is decided depends on the text alone, never on how it was cut, so that streamed words equal the whole ones.
 *
 * Covered: four plain numbers in square brackets, any spaces; lists by comma, semicolon, "and", or nothing between.
 * Not covered, and left in the text as it is: anything else in brackets ("[1]", "[0.1, 0.2]", "[see report]").
 */

/** A piece of text, or a list of boxes: four numbers each, as written. `open`: the text ended within a box. */
export type Scanned =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'boxes';
      readonly boxes: readonly (readonly number[])[];
      readonly open: boolean;
    };

/**
 * Characters that a box may take, brackets and spaces included. The longest sensible one, four numbers of 20 digits,
 * is under 100; without a limit a model that writes digits for ever would hold its whole answer back.
 */
const LONGEST_BOX = 120;

const NUMBER = String.raw`\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*`;
const BOX = new RegExp(String.raw`^\[${[NUMBER, NUMBER, NUMBER, NUMBER].join(',')}\]`);
/** What may yet become a box. Looser than BOX: it only decides what waits for the next piece. */
const BOX_BEGUN = /^\[\s*(?:[-+.\d][-+.\deE,\s]*)?$/;
const BETWEEN = /^ {0,4}(?:[,;] {0,4})?(?:(?:and|&) {0,4})?(?=\[)/;
const BETWEEN_BEGUN = /^ {0,4}(?:[,;] {0,4})?(?:a|an|(?:and|&) {0,4})?$/;

export class BoxScanner {
  /** Not yet decided; begins with "[" unless empty. */
  #held = '';

  push(delta: string): Scanned[] {
    this.#held += delta;
    return this.#take(false);
  }

  /** The text has ended: nothing waits any longer. */
  finish(): Scanned[] {
    return this.#take(true);
  }

  #take(ended: boolean): Scanned[] {
    const found: Scanned[] = [];
    while (this.#held !== '') {
      const next = leading(this.#held, ended);
      if (next === 'undecided') break;
      found.push(next.scanned);
      this.#held = this.#held.slice(next.length);
    }
    return found;
  }
}

type Leading = { readonly scanned: Scanned; readonly length: number };

const leading = (text: string, ended: boolean): Leading | 'undecided' => {
  const bracket = text.indexOf('[');
  if (bracket !== 0) return textUpTo(text, bracket === -1 ? text.length : bracket);

  const boxes: number[][] = [];
  let end = 0;
  let next = 0;
  for (;;) {
    const rest = text.slice(next);
    const box = boxAtStart(rest);
    if (box !== null) {
      boxes.push(box.numbers);
      end = next + box.length;
      const after = text.slice(end);
      const between = BETWEEN.exec(after);
      if (between !== null) {
        next = end + between[0].length;
        continue;
      }
      if (!ended && BETWEEN_BEGUN.test(after)) return 'undecided';
      return { scanned: { kind: 'boxes', boxes, open: false }, length: end };
    }
    if (isBegun(rest)) {
      if (!ended) return 'undecided';
      return { scanned: { kind: 'boxes', boxes, open: true }, length: text.length };
    }
    if (boxes.length > 0) return { scanned: { kind: 'boxes', boxes, open: false }, length: end };
    return textUpTo(text, 1);
  }
};

const textUpTo = (text: string, length: number): Leading => ({
  scanned: { kind: 'text', text: text.slice(0, length) },
  length,
});

const boxAtStart = (text: string): { numbers: number[]; length: number } | null => {
  const match = BOX.exec(text.slice(0, LONGEST_BOX));
  return match === null ? null : { numbers: match.slice(1).map(Number), length: match[0].length };
};

const isBegun = (text: string): boolean => text.length < LONGEST_BOX && BOX_BEGUN.test(text);
