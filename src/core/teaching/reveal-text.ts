import type { SheetMark, TeachingSheet } from '../drawing/annotator.ts';
import type { Film, NumberedBox } from '../film.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import type { CaseAnswer } from '../teaching-case.ts';
import { regionBox, type CaseGeometry } from './case-geometry.ts';
import { numberedKey, type CaseKey } from './case-key.ts';
import type { StoredAnswer, StoredKey, StoredReading } from './case-record.ts';
import { cellBox, cellName, CELLS } from './cells.ts';
import { answerKeyOf, type AnswerKey } from './answer-key.ts';
import { markAnswer } from './mark-answer.ts';
import { sayMark } from './say-mark.ts';

/** One learner at the reveal. */
export type Revealed = StoredAnswer & {
  readonly letter: string;
  /** Of who wanted it there. */
  readonly name: string | undefined;
};

export type RevealFacts = {
  readonly film: Pick<Film, 'width' | 'height'>;
  readonly stored: StoredKey | undefined;
  readonly reading: StoredReading | undefined;
  /** In the order in which they first answered. */
  readonly answers: readonly Revealed[];
  readonly lexicon: Lexicon;
};

export type Reveal = {
  readonly text: string;
  readonly boxes: readonly NumberedBox[];
  readonly sheet: TeachingSheet;
};

/** No L and no R: on a film they would be taken for its side markers. */
const LETTERS = 'ABCDEFGHIJKMNOPQSTUVWXYZ';

/** What stands for the learner who was so-manieth to answer, from 0 on. */
export const letterOf = (at: number): string => {
  const letter = LETTERS[at % LETTERS.length] ?? '?';
  const round = Math.floor(at / LETTERS.length);
  return round === 0 ? letter : `${letter}${round + 1}`;
};

/** Answers that are listed one by one: a class. The others are drawn and counted. */
const MOST_LISTED = 60;
/** Letters that a cell has room for. */
const MOST_LETTERS = 6;

/** What the reveal says, and what is drawn on its film. */
export const revealOf = (facts: RevealFacts): Reveal => {
  const { film, stored, reading, answers, lexicon } = facts;
  const key = answerKeyOf(stored, reading);
  const boxes = key === undefined ? [] : numberedKey(key.key, film, key.geometry);
  const text = [sayKey(facts, key), sayAnswers(answers, key, lexicon)].join('\n\n');
  const sheet = {
    key: sheetKeyOf(key),
    boxes,
    marks: key === undefined ? [] : marksOf(answers, key.geometry),
    legend: answers.map(({ letter, name }) => (name === undefined ? letter : `${letter} ${name}`)),
  };
  return { text, boxes, sheet };
};

const sheetKeyOf = (key: AnswerKey | undefined): TeachingSheet['key'] =>
  key === undefined ? undefined : key.against === 'key' ? 'person' : 'model';

const sayKey = ({ stored, reading }: RevealFacts, key: AnswerKey | undefined): string => {
  if (key === undefined)
    return 'The model could not read this film, and nobody has written a key. So nothing is marked.';
  if (stored === undefined && reading?.outcome === 'read')
    return `The model said, and nobody has confirmed it:\n${reading.text.trim()}\n\nSo no marks are given; what follows is agreement with the model.`;
  const how =
    stored?.origin === 'confirmed'
      ? "the model's reading, confirmed by a person"
      : 'written by a person';
  const own =
    stored?.origin === 'written' && reading?.outcome === 'read' && reading.text.trim() !== ''
      ? `\n\nThe model had said: ${withoutNumbers(reading.text)}`
      : '';
  return `The key, ${how}:\n${sayFindings(key.key)}${own}`;
};

/** "(1)" under another key would point at another box. */
const withoutNumbers = (text: string): string =>
  text
    .trim()
    .replaceAll(/ ?\(\d{1,2}\)/g, '')
    .replaceAll(/\s+/g, ' ');

const sayFindings = ({ findings }: CaseKey): string =>
  findings.length === 0
    ? 'The film is normal.'
    : findings
        .map(({ label, boxes }, at) =>
          boxes.length === 0 ? `- ${label} (place not shown)` : `- ${label} (${at + 1})`,
        )
        .join('\n');

const sayAnswers = (
  answers: readonly Revealed[],
  key: AnswerKey | undefined,
  lexicon: Lexicon,
): string => {
  if (answers.length === 0) return 'Nobody has answered.';
  const lines = answers.slice(0, MOST_LISTED).map((one) => sayOne(one, key, lexicon));
  const more = answers.length - lines.length;
  const rest = more > 0 ? [`And ${more} more.`] : [];
  const count = answers.length === 1 ? 'One answer' : `${answers.length} answers`;
  return [`${count}:`, ...lines, ...rest].join('\n');
};

const sayOne = (
  { letter, name, answer, hints }: Revealed,
  key: AnswerKey | undefined,
  lexicon: Lexicon,
): string => {
  const who = name === undefined ? letter : `${letter} (${name})`;
  const helped = hints === 0 ? '' : `, after ${hints} ${hints === 1 ? 'hint' : 'hints'}`;
  const said = `${who}, ${sayAnswer(answer)}${helped}`;
  if (key === undefined) return `${said}.`;
  return `${said}: ${sayMark(markAnswer(answer, { ...key, lexicon }), key.against)}.`;
};

/** What kind of answer it is; a learner's own words are not repeated. */
export const sayAnswer = (answer: CaseAnswer): string => {
  switch (answer.kind) {
    case 'normal':
      return 'nothing abnormal';
    case 'words':
      return 'in words';
    case 'region':
      return answer.side === 'both'
        ? `${answer.zone} zones, both sides`
        : `${answer.side} ${answer.zone} zone`;
    case 'cells':
      return `cells ${answer.cells.map(cellName).join(' ')}`;
  }
};

/** Who marked what: in each cell and region the letters, or how many they are. */
const marksOf = (answers: readonly Revealed[], geometry: CaseGeometry): readonly SheetMark[] => {
  const cells = Array.from({ length: CELLS }, (_, cell) => ({
    at: cellBox(cell),
    letters: answers.flatMap(({ answer, letter }) =>
      answer.kind === 'cells' && answer.cells.includes(cell) ? [letter] : [],
    ),
  }));
  const sides = ['right', 'left'] as const;
  const zones = ['upper', 'middle', 'lower'] as const;
  const regions = sides.flatMap((side) =>
    zones.map((zone) => ({
      at: regionBox(side, zone, geometry),
      letters: answers.flatMap(({ answer, letter }) =>
        answer.kind === 'region' &&
        answer.zone === zone &&
        (answer.side === side || answer.side === 'both')
          ? [letter]
          : [],
      ),
    })),
  );
  const said = (letters: readonly string[]): string =>
    letters.length > MOST_LETTERS ? `${letters.length} answers` : letters.join(' ');
  const isMarked = ({ letters }: { readonly letters: readonly string[] }): boolean =>
    letters.length > 0;
  return [
    ...cells.filter(isMarked).map(({ at, letters }) => ({ at, text: said(letters) })),
    // A zone ends where no cell does, so its mark says what it is.
    ...regions.filter(isMarked).map(({ at, letters }) => ({ at, text: `zone: ${said(letters)}` })),
  ];
};
