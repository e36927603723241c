import type { Hint, Zone } from '../teaching-case.ts';
import type { Side } from '../film.ts';
import { sidesOf, zonesOf, type CaseGeometry } from './case-geometry.ts';
import type { CaseKey } from './case-key.ts';

/** Is it normal, which side, which zone. */
export const MOST_HINTS = 3;

const ZONES: readonly Zone[] = ['upper', 'middle', 'lower'];

/** What a hint says of the key, and nothing that a later step tells. */
export const hintText = (step: Hint['step'], key: CaseKey, geometry: CaseGeometry): string => {
  const { findings } = key;
  if (findings.length === 0) return 'The film is normal.';
  if (step === 1) return 'The film is not normal.';
  const sides = new Set<Side>(findings.flatMap((finding) => [...sidesOf(finding, geometry)]));
  const where = sayFindings(findings.length);
  if (step === 2) return `${where} ${saySides(sides)}.`;
  const zones = new Set(findings.flatMap((finding) => [...zonesOf(finding, geometry)]));
  return `${where} ${saySides(sides)}, ${sayZones(ZONES.filter((zone) => zones.has(zone)))}.`;
};

const sayFindings = (count: number): string =>
  count === 1 ? 'There is one finding,' : `There are ${count} findings,`;

const saySides = (sides: ReadonlySet<Side>): string => {
  if (sides.size === 2) return 'with both sides involved';
  const [side] = sides;
  return side === undefined ? 'of neither side alone' : `on the ${side}`;
};

const sayZones = (zones: readonly Zone[]): string => {
  if (zones.length === 0) return 'in no one zone';
  const last = zones.at(-1) ?? '';
  const before = zones.slice(0, -1);
  const named = before.length === 0 ? last : `${before.join(', ')} and ${last}`;
  return `in the ${named} ${zones.length === 1 ? 'zone' : 'zones'}`;
};
