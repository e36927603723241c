import type { NumberedBox } from '../../../../core/film.ts';

/** A piece of an answer: words, or the number of a box. */
export type Word = string | number;

/** A run of an answer; with `boxes`, the sentence that these boxes belong to. */
export type AnswerPart = { readonly boxes: readonly number[]; readonly words: readonly Word[] };

/** "(1)" or "(1, 2)": where a box of that number is on the film. */
const NUMBERS = /\((\d{1,3}(?:, \d{1,3})*)\)/g;

/** An answer as runs, with the numbers of its boxes apart. A number without a box stays among the words. */
export const answerParts = (text: string, boxes: readonly NumberedBox[]): AnswerPart[] => {
  const known = new Set(boxes.map(({ number }) => number));
  const parts: AnswerPart[] = [];
  const add = (run: string, sentence?: string): void => {
    if (run === '') return;
    const theirs = boxes.filter((box) => sentence !== undefined && box.sentence === sentence);
    parts.push({ boxes: theirs.map(({ number }) => number), words: wordsOf(run, known) });
  };
  let from = 0;
  for (const { at, sentence } of placesOf(text, boxes)) {
    if (at < from) continue;
    add(text.slice(from, at));
    add(sentence, sentence);
    from = at + sentence.length;
  }
  add(text.slice(from));
  return parts;
};

/** Where the boxes' sentences stand, in order. */
const placesOf = (text: string, boxes: readonly NumberedBox[]) =>
  [...new Set(boxes.map(({ sentence }) => sentence))]
    .map((sentence) => ({ sentence, at: sentence === '' ? -1 : text.indexOf(sentence) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);

const wordsOf = (run: string, known: ReadonlySet<number>): Word[] => {
  const words: Word[] = [];
  let from = 0;
  for (const match of run.matchAll(NUMBERS)) {
    const numbers = (match[1] ?? '').split(', ').map(Number);
    if (!numbers.every((number) => known.has(number))) continue;
    words.push(run.slice(from, match.index), ...numbers);
    from = match.index + match[0].length;
  }
  words.push(run.slice(from));
  return words.filter((word) => word !== '');
};
