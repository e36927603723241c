/** How one answer agrees with another one to the same question. */
export type AnswerComparison = {
  /** The same words, and as many boxes, each side of which is within 0.01. */
  readonly same: boolean;
  /** 0...1: of the longer answer's words, those that both have in the same order. A box counts as a word. */
  readonly equalWords: number;
  /** Number of the first word that differs, from 1; null when none does. */
  readonly firstDifference: number | null;
  /** Intersection over union of each box with the other answer's in the same place; 0 for one that the other lacks. */
  readonly overlaps: readonly number[];
};

type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Coordinates are said in hundredths. */
const BOX_STEP = 0.01;
const ROUNDING = 1e-9;

const SIDE = String.raw`\s*(\d*\.?\d+)\s*`;
const BOX = new RegExp(String.raw`\[${SIDE},${SIDE},${SIDE},${SIDE}\]`, 'g');
/** Stands for a box among the words. */
const BOX_WORD = '[]';

export const compareAnswers = (ours: string, theirs: string): AnswerComparison => {
  const [ourWords, theirWords] = [wordsOf(ours), wordsOf(theirs)];
  const [ourBoxes, theirBoxes] = [boxesOf(ours), boxesOf(theirs)];
  const most = Math.max(ourWords.length, theirWords.length);
  const count = Math.max(ourBoxes.length, theirBoxes.length);
  const pairs = Array.from({ length: count }, (_, i) => [ourBoxes[i], theirBoxes[i]] as const);
  const first = Array.from({ length: most }).findIndex((_, i) => ourWords[i] !== theirWords[i]);
  const isNear = pairs.every(([a, b]) => a !== undefined && b !== undefined && near(a, b));
  return {
    same: first < 0 && isNear,
    equalWords: most === 0 ? 1 : commonWords(ourWords, theirWords) / most,
    firstDifference: first < 0 ? null : first + 1,
    overlaps: pairs.map(([a, b]) => (a && b ? overlapOf(a, b) : 0)),
  };
};

const wordsOf = (text: string): string[] =>
  text
    .replaceAll(BOX, ` ${BOX_WORD} `)
    .split(/\s+/)
    .filter((word) => word !== '');

const boxesOf = (text: string): Box[] =>
  [...text.matchAll(BOX)].map(([, ...sides]) => sides.map(Number) as unknown as Box);

const near = (a: Box, b: Box): boolean =>
  a.every((side, i) => Math.abs(side - (b[i] ?? NaN)) <= BOX_STEP + ROUNDING);

const overlapOf = (a: Box, b: Box): number => {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  const shared = Math.max(0, width) * Math.max(0, height);
  const all = areaOf(a) + areaOf(b) - shared;
  return all > 0 ? shared / all : 0;
};

const areaOf = ([x1, y1, x2, y2]: Box): number => Math.max(0, x2 - x1) * Math.max(0, y2 - y1);

/** Length of the longest common subsequence. */
const commonWords = (ours: readonly string[], theirs: readonly string[]): number => {
  let row = new Uint16Array(theirs.length + 1);
  for (const word of ours) {
    const next = new Uint16Array(theirs.length + 1);
    for (const [i, other] of theirs.entries())
      next[i + 1] = word === other ? (row[i] ?? 0) + 1 : Math.max(next[i] ?? 0, row[i + 1] ?? 0);
    row = next;
  }
  return row[theirs.length] ?? 0;
};

/** Over many questions. Plain JSON. */
export type AnswerAgreement = {
  readonly questions: number;
  /** Share of the questions with the same answer. */
  readonly same: number;
  /** Mean share of equal words. */
  readonly equalWords: number;
  /** Mean over all boxes; null when there were none. */
  readonly overlap: number | null;
};

export const agreementOf = (comparisons: readonly AnswerComparison[]): AnswerAgreement => {
  const overlaps = comparisons.flatMap((comparison) => comparison.overlaps);
  return {
    questions: comparisons.length,
    same: meanOf(comparisons.map(({ same }) => (same ? 1 : 0))),
    equalWords: meanOf(comparisons.map(({ equalWords }) => equalWords)),
    overlap: overlaps.length === 0 ? null : meanOf(overlaps),
  };
};

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
