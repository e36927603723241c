import type { Box } from '../film.ts';
import { BoxScanner, type Scanned } from './box-scanner.ts';
import { checkBox } from './check-box.ts';
import { labelBefore } from './label-before.ts';
import type { LeftOut, Place, PlaceFault } from './place.ts';
import { openSentenceStart, sentenceAt } from './sentences.ts';

/** Stands in the text where coordinates were that are not drawn: "The nodule is located at (place not shown)." */
export const PLACE_NOT_SHOWN = '(place not shown)';

/**
 * Boxes that one reply may number. Trained answers hold a handful; a model that repeats itself writes hundreds,
 * and a picture with more than this shows nothing but boxes.
 */
export const MOST_PLACES = 40;

export type BoxStreamOptions = {
  /** The number that stands for the picture's far edge: 1 for RadVLM. null: not known, so no box is shown. */
  readonly scale: number | null;
  /** false: coordinates are left out of the words ("place not shown"), and none is numbered. */
  readonly shown: boolean;
  /** What the next box is numbered; a reply of several texts counts on. */
  readonly firstNumber: number;
  /** What was asked about; names a box where the model's words name nothing ("It is located at [..]"). Not empty. */
  readonly subject: string;
  /** A last say on a box that is whole and inside the picture. `words` are the model's, from the clause the box belongs to. */
  readonly objection: (candidate: Candidate) => PlaceFault | null;
};

export type Candidate = { readonly box: Box; readonly label: string; readonly words: string };

export type Boxed = {
  /** The model's words with "(1)" where coordinates were. */
  readonly text: string;
  readonly places: readonly Place[];
  readonly leftOut: readonly LeftOut[];
};

/** Turns a model's words into what is displayed, as they come. */
export interface BoxStream {
  /** What can be displayed now; '' while coordinates are held back. */
  push(delta: string): string;
  /** The rest to be displayed, and everything that was found. Call once, when the answer has ended or was stopped. */
  finish(): Boxed & { readonly rest: string };
}

/**
 * Numbers the boxes in a model's words. A list of coordinates is held back until it is whole; all other text
 * passes at once. The pieces joined are the same for every way of cutting the text.
 */
export const createBoxStream = (options: BoxStreamOptions): BoxStream => {
  const scanner = new BoxScanner();
  const display = new BoxDisplay(options);
  return {
    push: (delta) => display.add(scanner.push(delta)),
    finish() {
      const rest = display.add(scanner.finish());
      return { rest, ...display.boxed() };
    },
  };
};

/** The whole text at once. */
export const parseBoxes = (text: string, options: BoxStreamOptions): Boxed => {
  const stream = createBoxStream(options);
  stream.push(text);
  const { text: displayed, places, leftOut } = stream.finish();
  return { text: displayed, places, leftOut };
};

/** A place whose sentence has perhaps not ended yet. */
type Numbered = Omit<Place, 'sentence'> & { readonly at: number };

class BoxDisplay {
  readonly #options: BoxStreamOptions;
  readonly #numbered: Numbered[] = [];
  readonly #leftOut: LeftOut[] = [];
  #text = '';
  /** Where the words begin that the next list may belong to: behind the last list. */
  #wordsFrom = 0;
  #lastLabel: string | null = null;

  constructor(options: BoxStreamOptions) {
    this.#options = options;
  }

  add(pieces: readonly Scanned[]): string {
    const before = this.#text.length;
    for (const piece of pieces) {
      if (piece.kind === 'text') this.#text += piece.text;
      else this.#addList(piece.boxes, piece.open);
    }
    return this.#text.slice(before);
  }

  boxed(): Boxed {
    const places = this.#numbered.map(({ at, ...place }) => ({
      ...place,
      sentence: sentenceAt(this.#text, at),
    }));
    return { text: this.#text, places, leftOut: this.#leftOut };
  }

  #addList(boxes: readonly (readonly number[])[], open: boolean): void {
    const { label, words } = this.#belongsTo();
    const at = this.#text.length;
    const drawn: Box[] = [];
    for (const numbers of boxes) {
      const box = this.#check(numbers, label, words, drawn);
      if (typeof box === 'string') this.#leftOut.push({ fault: box, label });
      else {
        drawn.push(box);
        const number = this.#options.firstNumber + this.#numbered.length;
        this.#numbered.push({ number, label, box, at });
      }
    }
    if (open) this.#leftOut.push({ fault: 'unfinished', label });
    const numbers = this.#numbered.slice(this.#numbered.length - drawn.length);
    this.#text +=
      drawn.length === 0 ? PLACE_NOT_SHOWN : listed(numbers.map(({ number }) => number));
    this.#wordsFrom = this.#text.length;
    this.#lastLabel = label;
  }

  #check(
    numbers: readonly number[],
    label: string,
    words: string,
    drawn: readonly Box[],
  ): Box | PlaceFault {
    const { scale, shown, firstNumber, objection } = this.#options;
    if (!shown || scale === null) return 'withheld';
    const box = checkBox(numbers, scale);
    if (typeof box === 'string') return box;
    if (drawn.some((other) => other.every((edge, index) => edge === box[index]))) return 'repeated';
    if (firstNumber + this.#numbered.length > MOST_PLACES) return 'too-many';
    return objection({ box, label, words }) ?? box;
  }

  /** The words of this sentence since the last list; a list without any belongs to what the one before it did. */
  #belongsTo(): { label: string; words: string } {
    const start = openSentenceStart(this.#text);
    const words = this.#text.slice(Math.max(start, this.#wordsFrom));
    const sameSentence = start <= this.#wordsFrom && this.#wordsFrom > 0;
    const before = sameSentence ? this.#lastLabel : null;
    return { label: labelBefore(words) ?? before ?? this.#options.subject, words };
  }
}

/** "(1)", "(1) and (2)", "(1), (2) and (3)": stands where the model's list stood, so the sentence stays right. */
const listed = (numbers: readonly number[]): string => {
  const marks = numbers.map((number) => `(${number})`);
  const last = marks.pop() ?? '';
  return marks.length === 0 ? last : `${marks.join(', ')} and ${last}`;
};
