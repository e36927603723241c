import type { Box, NumberedBox, Side } from '../film.ts';
import { pixelsOf } from '../grounding/number-box.ts';
import type { Film } from '../film.ts';
import { findingPhrase } from '../read/finding-phrase.ts';
import { claimsOf } from '../read/assertions.ts';
import { splitSentences } from '../read/split-sentences.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import { sidesOf, type CaseGeometry } from './case-geometry.ts';

/** One thing that is to be seen on the film. */
export type KeyFinding = {
  /** In words, with the side where it has one: "small right pleural effusion". */
  readonly label: string;
  /** Where it is, in 0..1 of the film; none where nobody said so. */
  readonly boxes: readonly Box[];
};

/** What answers are held against. No findings: the film is normal. */
export type CaseKey = { readonly findings: readonly KeyFinding[] };

export const keyBoxes = ({ findings }: CaseKey): readonly Box[] =>
  findings.flatMap(({ boxes }) => boxes);

/** What the model did not stand by when it was asked directly is not part of its key. */
const NOT_CONFIRMED = /not confirmed when asked directly/;

/** What the model's wet read comes to as a key: its boxes, and findings that it names without a place. */
export const keyOfReading = (
  { text, boxes }: { readonly text: string; readonly boxes: readonly NumberedBox[] },
  lexicon: Lexicon,
): CaseKey => {
  const findings: { label: string; boxes: Box[] }[] = [];
  for (const { label, box } of boxes) {
    const same = findings.find((finding) => finding.label === label);
    if (same === undefined) findings.push({ label, boxes: [box] });
    else same.boxes.push(box);
  }
  for (const sentence of splitSentences(text)) {
    if (NOT_CONFIRMED.test(sentence)) continue;
    for (const { mention, claim } of claimsOf(sentence, lexicon).findings) {
      if (claim !== 'asserted' && claim !== 'hedged') continue;
      const isKnown = findings.some(({ label }) =>
        lexicon.mentions(label).some(({ term }) => term === mention.term),
      );
      if (!isKnown) findings.push({ label: findingPhrase(sentence, mention), boxes: [] });
    }
  }
  return { findings };
};

/** The key's boxes as they are drawn: a finding's boxes share its number. */
export const numberedKey = (
  { findings }: CaseKey,
  film: Pick<Film, 'width' | 'height'>,
  geometry: CaseGeometry,
): readonly NumberedBox[] =>
  findings.flatMap((finding, at) =>
    finding.boxes.map((box) => ({
      number: at + 1,
      label: finding.label,
      box,
      pixels: pixelsOf(box, film),
      side: onlySide(sidesOf(finding, geometry)),
      sentence: '',
    })),
  );

const onlySide = (sides: ReadonlySet<Side>): Side | null => {
  const [side] = sides;
  return sides.size === 1 && side !== undefined ? side : null;
};
