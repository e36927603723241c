import { WetreadError } from '../../errors.ts';
import type { Box } from '../film.ts';
import { checkBox } from '../grounding/check-box.ts';
import type { PlaceFault } from '../grounding/place.ts';
import type { CaseKey, KeyFinding } from './case-key.ts';
import { cellBox, cellNamed } from './cells.ts';

/** Characters of a finding's name; longer ones are a report, and no chip holds them. */
const LONGEST_LABEL = 100;
/** Findings of a key; a film with more is not one to teach with. */
const MOST_FINDINGS = 20;
/** Boxes of one finding. */
const MOST_BOXES = 8;

const NORMAL = /^(?:normal|no findings?|nothing|nothing abnormal|no abnormalit(?:y|ies))\.?$/i;

/** The key as `HiddenReading.keyText` describes it, one finding a line. */
export const writeKey = ({ findings }: CaseKey): string =>
  findings.length === 0 ? 'normal' : findings.map(writeFinding).join('\n');

const writeFinding = ({ label, boxes }: KeyFinding): string =>
  boxes.length === 0 ? label : `${label}: ${boxes.map(writeBox).join(', ')}`;

const writeBox = (box: Box): string => box.map((edge) => Number(edge.toFixed(3))).join(' ');

/** Fails with `case-key`, which names the line and what is wrong with it, and quotes nothing. */
export const readKey = (text: string): CaseKey => {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const said = lines.flatMap((line, at) => (line === '' ? [] : [{ line, number: at + 1 }]));
  const [first] = said;
  if (first === undefined)
    throw wrong(1, 'it is empty; write "normal" for a film without findings');
  if (said.length === 1 && NORMAL.test(first.line)) return { findings: [] };
  if (said.length > MOST_FINDINGS)
    throw wrong(said[MOST_FINDINGS]?.number ?? 1, `a key has at most ${MOST_FINDINGS} findings`);
  return { findings: said.map(({ line, number }) => readFinding(line, number)) };
};

const readFinding = (line: string, number: number): KeyFinding => {
  if (NORMAL.test(line)) throw wrong(number, '"normal" stands alone');
  const at = line.lastIndexOf(':');
  const label = (at === -1 ? line : line.slice(0, at)).trim();
  if (label === '') throw wrong(number, 'the finding has no name');
  if (label.length > LONGEST_LABEL)
    throw wrong(number, `the name is longer than ${LONGEST_LABEL} characters`);
  return { label, boxes: at === -1 ? [] : readPlaces(line.slice(at + 1), number) };
};

/** "C1 D1", or "0.1 0.6 0.4 0.9", several separated by commas. */
const readPlaces = (text: string, line: number): readonly Box[] => {
  const cells = text.split(/[\s,]+/).filter((word) => word !== '');
  if (cells.length === 0) throw wrong(line, 'there is no place behind the colon');
  const named = cells.map(cellNamed);
  const boxes = named.every((cell) => cell !== undefined)
    ? mergeRows(named)
    : readBoxes(cells.map(Number), line);
  if (boxes.length > MOST_BOXES) throw wrong(line, `a finding has at most ${MOST_BOXES} places`);
  return boxes;
};

const readBoxes = (numbers: readonly number[], line: number): readonly Box[] => {
  if (numbers.length % 4 !== 0 || numbers.some((number) => !Number.isFinite(number)))
    throw wrong(line, 'a place is four numbers from 0 to 1, or cells such as C1 D1');
  const boxes: Box[] = [];
  for (let at = 0; at < numbers.length; at += 4) {
    const box = checkBox(numbers.slice(at, at + 4), 1);
    if (typeof box === 'string') throw wrong(line, PROBLEMS[box] ?? OUTSIDE);
    boxes.push(box);
  }
  return boxes;
};

const OUTSIDE = 'the numbers are not within 0 and 1';
const PROBLEMS: Partial<Record<PlaceFault, string>> = {
  outside: OUTSIDE,
  'not-ordered': 'a place is left, top, right, bottom, in that order',
  empty: 'the place has no width or no height',
};

/** Cells beside and above each other are one place where together they are a rectangle. */
const mergeRows = (cells: readonly number[]): readonly Box[] => {
  const boxes = [...new Set(cells)].map(cellBox);
  const around: Box = [
    Math.min(...boxes.map(([x1]) => x1)),
    Math.min(...boxes.map(([, y1]) => y1)),
    Math.max(...boxes.map(([, , x2]) => x2)),
    Math.max(...boxes.map(([, , , y2]) => y2)),
  ];
  const areaOf = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1);
  const filled = boxes.reduce((sum, box) => sum + areaOf(box), 0);
  return Math.abs(areaOf(around) - filled) < 1e-9 ? [around] : boxes;
};

const wrong = (line: number, problem: string): WetreadError =>
  new WetreadError('case-key', { line, problem });
