import type { Grey } from '../gate/grey.ts';
import { boxAround } from './region-box.ts';
import type { FoundText, PixelBox } from './text-gate.ts';
import type { ReadLine } from './text-finder.ts';

/** A piece within this many heights of text that is masked, on the same line, belongs to it. */
const NEAR = 3;
/** Letters reach beyond what the detector marks: a share of the line's thickness, and at least some pixels. */
const MARGIN_SHARE = 0.2;
const LEAST_MARGIN = 4;
/** Before and behind a line it misses a letter or two where they hardly differ from their ground. */
const ALONG_SHARE = 1;

/**
 * The lines as places. What stands beside text that is masked goes with it, if it is no marker, whatever it says: two
 * digits of a date, an initial, the unreadable end of a name. `masked`: places that were masked before.
 */
export const joinLines = (
  lines: readonly ReadLine[],
  size: Pick<Grey, 'width' | 'height'>,
  masked: readonly PixelBox[] = [],
): readonly FoundText[] => {
  const places = lines.map(({ region, judgement }) => {
    const across = Math.ceil(Math.max(LEAST_MARGIN, region.thickness * MARGIN_SHARE));
    const along = Math.ceil(Math.max(LEAST_MARGIN, region.thickness * ALONG_SHARE));
    const tight = boxAround(region, size, { along: across, across });
    const wide = boxAround(region, size, { along, across });
    return { judgement, tight, wide };
  });
  const texts = places.filter(({ judgement }) => judgement && judgement.kind !== 'marker');
  const beside = [...masked, ...texts.map(({ tight }) => tight)];
  return places.flatMap(({ judgement, tight, wide }): FoundText[] => {
    if (judgement?.kind === 'marker') return [{ ...judgement, box: tight }];
    if (judgement !== undefined) return [{ ...judgement, box: wide }];
    return beside.some((other) => isBeside(tight, other)) ? [{ kind: 'text', box: wide }] : [];
  });
};

/** Next to each other, along a row or down a column. */
const isBeside = (one: PixelBox, other: PixelBox): boolean => {
  const apart = NEAR * Math.min(thicknessOf(one), thicknessOf(other));
  return (
    (isInLine(one.y1, one.y2, other.y1, other.y2) &&
      gap(one.x1, one.x2, other.x1, other.x2) < apart) ||
    (isInLine(one.x1, one.x2, other.x1, other.x2) &&
      gap(one.y1, one.y2, other.y1, other.y2) < apart)
  );
};

const thicknessOf = ({ x1, y1, x2, y2 }: PixelBox): number => Math.min(x2 - x1, y2 - y1);

/** More than half of the lesser one lies beside the other. */
const isInLine = (a1: number, a2: number, b1: number, b2: number): boolean =>
  Math.min(a2, b2) - Math.max(a1, b1) > Math.min(a2 - a1, b2 - b1) / 2;

const gap = (a1: number, a2: number, b1: number, b2: number): number =>
  Math.max(0, Math.max(a1, b1) - Math.min(a2, b2));
