import type { Box, Side } from '../film.ts';
import { hasNoSide } from '../grounding/has-no-side.ts';
import { midlineOf, sideOf } from '../grounding/midline.ts';
import { sideInWords } from '../grounding/side-in-words.ts';
import type { Zone } from '../teaching-case.ts';

/** What sides and zones of a film are judged by. */
export type CaseGeometry = {
  /** x, 0..1 of the film. */
  readonly midline: number;
  /** The lungs' place, in 0..1 of the film; of the whole film where they are not known. */
  readonly lungs: Box;
  /** false: the model did not find both lungs, so the picture's middle and thirds stand in. */
  readonly measured: boolean;
};

export const UNMEASURED: CaseGeometry = { midline: 0.5, lungs: [0, 0, 1, 1], measured: false };

/** From the model's boxes of the two lungs, where they can be a pair. */
export const geometryOf = (rightLung: Box | undefined, leftLung: Box | undefined): CaseGeometry => {
  if (rightLung === undefined || leftLung === undefined) return UNMEASURED;
  const midline = midlineOf(rightLung, leftLung);
  if (midline === null) return UNMEASURED;
  const lungs: Box = [
    rightLung[0],
    Math.min(rightLung[1], leftLung[1]),
    leftLung[2],
    Math.max(rightLung[3], leftLung[3]),
  ];
  return { midline, lungs, measured: true };
};

const ZONES = ['upper', 'middle', 'lower'] as const satisfies Zone[];

/** A finding is in a zone that holds this share of its height, or that it fills so far: a sliver of it is not. */
const LEAST_IN_ZONE = 0.25;

type Placed = { readonly label: string; readonly boxes: readonly Box[] };

/** The sides that a finding is on; none: it is of the midline, or nobody said. Its words count before its boxes. */
export const sidesOf = ({ label, boxes }: Placed, { midline }: CaseGeometry): ReadonlySet<Side> => {
  const said = sideInWords(label);
  if (said === 'both') return new Set(['right', 'left']);
  if (said !== null) return new Set([said]);
  if (hasNoSide(label)) return new Set();
  const sides = boxes.map((box) => sideOf(box, midline));
  return new Set(sides.flatMap((side) => (side === null ? (['right', 'left'] as const) : [side])));
};

/** The zones that a finding reaches into: by its boxes, or where it has none by its words. */
export const zonesOf = ({ label, boxes }: Placed, geometry: CaseGeometry): ReadonlySet<Zone> => {
  if (boxes.length === 0) return new Set(zonesInWords(label));
  return new Set(ZONES.filter((zone) => boxes.some((box) => isInZone(box, zone, geometry))));
};

const isInZone = (box: Box, zone: Zone, { lungs }: CaseGeometry): boolean => {
  const third = (lungs[3] - lungs[1]) / 3;
  const at = ZONES.indexOf(zone);
  // What lies above or below the lungs belongs to the zone next to it.
  const top = at === 0 ? 0 : lungs[1] + at * third;
  const bottom = at === 2 ? 1 : lungs[1] + (at + 1) * third;
  const inside = Math.min(box[3], bottom) - Math.max(box[1], top);
  return inside > 0 && inside >= LEAST_IN_ZONE * Math.min(box[3] - box[1], third);
};

const ZONE_WORDS: readonly (readonly [RegExp, Zone])[] = [
  [/\b(?:upper|apical|apex|apices|biapical)\b/i, 'upper'],
  [/\b(?:mid|middle|hilar|hilum|perihilar)\b/i, 'middle'],
  [/\b(?:lower|bas(?:e|es|al|ilar)|bibas\w+|costophrenic)\b/i, 'lower'],
];

const zonesInWords = (words: string): readonly Zone[] =>
  ZONE_WORDS.flatMap(([pattern, zone]) => (pattern.test(words) ? [zone] : []));

/** Where a side and a zone are on the film. */
export const regionBox = (side: Side, zone: Zone, { midline, lungs }: CaseGeometry): Box => {
  const third = (lungs[3] - lungs[1]) / 3;
  const top = lungs[1] + ZONES.indexOf(zone) * third;
  // The patient's right is on the left of the picture.
  const [left, right] = side === 'right' ? [lungs[0], midline] : [midline, lungs[2]];
  return [left, top, right, top + third];
};
