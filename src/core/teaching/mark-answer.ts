import type { Box, Side } from '../film.ts';
import { sideInWords } from '../grounding/side-in-words.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import { claimsOf } from '../read/assertions.ts';
import { findingPhrase } from '../read/finding-phrase.ts';
import { splitSentences } from '../read/split-sentences.ts';
import type { CaseAnswer } from '../teaching-case.ts';
import { sidesOf, zonesOf, type CaseGeometry } from './case-geometry.ts';
import { keyBoxes, type CaseKey, type KeyFinding } from './case-key.ts';
import { cellBox } from './cells.ts';

/** How an answer compares with a key: facts, which `say-mark.ts` words as marks or as agreement. */
export type Mark =
  /** "Nothing abnormal". */
  | { readonly kind: 'normal'; readonly right: boolean }
  | {
      readonly kind: 'cells';
      /**
       * Of each of the key's boxes the share of its area that the cells cover, and of those shares the mean: a nodule
       * counts as much as a heart. null: the key has no box.
       */
      readonly covered: number | null;
      /** Cells that touch none of the key's boxes. */
      readonly misses: number;
      readonly cells: number;
    }
  | {
      readonly kind: 'region';
      /** Some finding is on a side, and in a zone, that was named; `both`: one and the same finding. */
      readonly side: boolean;
      readonly zone: boolean;
      readonly both: boolean;
    }
  /** By name, as far as the table of findings knows the words; labels of the key, and names of the table. */
  | {
      readonly kind: 'words';
      readonly found: readonly string[];
      /** Named, but on the other side. */
      readonly wrongSide: readonly string[];
      readonly missed: readonly string[];
      readonly extra: readonly string[];
      /** The words call the film normal, or name nothing that the table knows. */
      readonly says: 'normal' | 'findings' | 'nothing-known';
    };

export type Marking = {
  readonly key: CaseKey;
  readonly geometry: CaseGeometry;
  readonly lexicon: Lexicon;
};

export const markAnswer = (answer: CaseAnswer, marking: Marking): Mark => {
  switch (answer.kind) {
    case 'normal':
      return { kind: 'normal', right: marking.key.findings.length === 0 };
    case 'cells':
      return markCells(answer.cells, marking.key);
    case 'region':
      return markRegion(answer, marking);
    case 'words':
      return markWords(answer.text, marking);
  }
};

const markCells = (cells: readonly number[], key: CaseKey): Mark => {
  const boxes = keyBoxes(key);
  const chosen = [...new Set(cells)].map(cellBox);
  const shares = boxes.map(
    (box) => chosen.reduce((sum, cell) => sum + overlap(cell, box), 0) / areaOf(box),
  );
  const misses = chosen.filter((cell) => boxes.every((box) => overlap(cell, box) === 0)).length;
  const covered =
    shares.length === 0 ? null : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  return { kind: 'cells', covered, misses, cells: chosen.length };
};

const areaOf = ([x1, y1, x2, y2]: Box): number => (x2 - x1) * (y2 - y1);

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
  Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));

const markRegion = (
  { side, zone }: Extract<CaseAnswer, { kind: 'region' }>,
  { key, geometry }: Marking,
): Mark => {
  const named: readonly Side[] = side === 'both' ? ['right', 'left'] : [side];
  const isOnSide = (finding: KeyFinding): boolean => {
    const sides = sidesOf(finding, geometry);
    // What has no side (a heart, a tube) has none to be wrong about.
    if (sides.size === 0) return true;
    return named.every((one) => sides.has(one)) && named.length === sides.size;
  };
  const isInZone = (finding: KeyFinding): boolean => zonesOf(finding, geometry).has(zone);
  const { findings } = key;
  // Two one-sided findings are on both sides together.
  const all = new Set(findings.flatMap((finding) => [...sidesOf(finding, geometry)]));
  const onSide = findings.some(isOnSide) || (side === 'both' && all.size === 2);
  return {
    kind: 'region',
    side: onSide,
    zone: findings.some(isInZone),
    both:
      findings.some((finding) => isOnSide(finding) && isInZone(finding)) ||
      (side === 'both' && all.size === 2 && findings.filter(isInZone).length > 1),
  };
};

/** What an answer in words says of one finding. */
type Said = { readonly name: string; readonly sides: ReadonlySet<Side> };

const markWords = (text: string, { key, geometry, lexicon }: Marking): Mark => {
  const said = findingsIn(text, lexicon);
  const namesOf = (finding: KeyFinding): readonly string[] => namesIn(finding.label, lexicon);
  const found: string[] = [];
  const wrongSide: string[] = [];
  const missed: string[] = [];
  for (const finding of key.findings) {
    const names = namesOf(finding);
    const those = said.filter(({ name }) => names.includes(name));
    const sides = sidesOf(finding, geometry);
    if (those.length === 0 && !isNamedPlainly(finding.label, names, text))
      missed.push(finding.label);
    else if (those.length > 0 && those.every((one) => areApart(one.sides, sides)))
      wrongSide.push(finding.label);
    else found.push(finding.label);
  }
  const wanted = new Set(key.findings.flatMap(namesOf));
  const extra = [...new Set(said.map(({ name }) => name))].filter((name) => !wanted.has(name));
  return { kind: 'words', found, wrongSide, missed, extra, says: whatIsSaid(text, said, lexicon) };
};

const whatIsSaid = (
  text: string,
  said: readonly Said[],
  lexicon: Lexicon,
): Extract<Mark, { kind: 'words' }>['says'] => {
  if (said.length > 0) return 'findings';
  const kinds = splitSentences(text).map((sentence) => claimsOf(sentence, lexicon).kind);
  const isNormal =
    kinds.length > 0 && kinds.every((kind) => kind === 'normal' || kind === 'negative');
  return isNormal || CALLS_NORMAL.test(text.trim()) ? 'normal' : 'nothing-known';
};

/** What people say of a normal film that no report would. */
const CALLS_NORMAL =
  /^(?:nothing|nothing (?:abnormal|to see)|nad|all (?:good|fine)|looks? (?:fine|good|ok(?:ay)?))[.!]*$/i;

/** Two known sides without one in common. */
const areApart = (one: ReadonlySet<Side>, other: ReadonlySet<Side>): boolean =>
  one.size > 0 && other.size > 0 && [...one].every((side) => !other.has(side));

const findingsIn = (text: string, lexicon: Lexicon): readonly Said[] =>
  splitSentences(text).flatMap((sentence) =>
    claimsOf(sentence, lexicon)
      .findings.filter(({ claim }) => claim === 'asserted' || claim === 'hedged')
      .map(({ mention }, _at, all) => {
        // A side anywhere in a sentence is that of its only finding.
        const words = all.length === 1 ? sentence : findingPhrase(sentence, mention);
        const side = sideInWords(words);
        const sides: readonly Side[] =
          side === 'both' ? ['right', 'left'] : side === null ? [] : [side];
        return { name: mention.term.name, sides: new Set(sides) };
      }),
  );

const namesIn = (label: string, lexicon: Lexicon): readonly string[] =>
  lexicon
    .mentions(label)
    .filter(({ kind }) => kind === 'finding')
    .map(({ term }) => term.name);

/** A finding that the table does not know counts as named by its own words. */
const isNamedPlainly = (label: string, names: readonly string[], text: string): boolean =>
  names.length === 0 && plain(text).includes(plain(label));

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
