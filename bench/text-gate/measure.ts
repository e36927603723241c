import type { Grey } from '../../src/core/gate/grey.ts';
import type { FoundText, PixelBox } from '../../src/core/text-gate/text-gate.ts';
import type { ReadLine, TextFinder } from '../../src/core/text-gate/text-finder.ts';
import type { Case } from './cases.ts';
import type { Drawing } from './draw-identifier.ts';

export type Measured = {
  readonly drawing: Drawing;
  readonly large: boolean;
  /** All of its letters lie under masks, but for a trace at their edges. */
  readonly found: boolean;
  /** A person would be asked first. */
  readonly asked: boolean;
  /** The recogniser still reads a part of it in the masked picture. */
  readonly readable: boolean;
};

export type FalseAlarms = { readonly pictures: number; readonly alarms: number };

/** Of the pixels of the letters. */
const COVERED = 0.97;
/** Characters in a row that give a name away. */
const TELLING = 3;

export const measureCase = async (
  finder: TextFinder,
  { film, ink, drawing, large }: Case,
): Promise<Measured> => {
  const { found, left } = await finder.search(film);
  const masks = masksOf(found);
  const boxes = masks.map(({ box }) => box);
  const isUnderMask = ({ region: { x, y } }: ReadLine): boolean =>
    boxes.some(({ x1, y1, x2, y2 }) => x >= x1 && x < x2 && y >= y1 && y < y2);
  return {
    drawing,
    large,
    found: shareCovered(film, ink, boxes) >= COVERED,
    asked: masks.some(({ kind }) => kind === 'patient-data'),
    readable: left.some((line) => !isUnderMask(line) && tells(line.text, drawing.text)),
  };
};

/** In how many pictures without identifiers something would be masked. */
export const countFalseAlarms = async (
  finder: TextFinder,
  films: AsyncIterable<Grey>,
): Promise<FalseAlarms> => {
  let pictures = 0;
  let alarms = 0;
  for await (const film of films) {
    pictures += 1;
    if (masksOf(await finder.find(film)).length > 0) alarms += 1;
  }
  return { pictures, alarms };
};

const masksOf = (found: readonly FoundText[]): readonly FoundText[] =>
  found.filter(({ kind }) => kind !== 'marker');

const shareCovered = ({ width }: Grey, ink: Uint8Array, boxes: readonly PixelBox[]): number => {
  let all = 0;
  let covered = 0;
  for (const [at, isInk] of ink.entries()) {
    if (isInk === 0) continue;
    all += 1;
    const x = at % width;
    const y = (at - x) / width;
    if (boxes.some(({ x1, y1, x2, y2 }) => x >= x1 && x < x2 && y >= y1 && y < y2)) covered += 1;
  }
  return covered / Math.max(1, all);
};

const tells = (read: string, identifier: string): boolean => {
  const [there, secret] = [plain(read), plain(identifier)];
  for (let at = 0; at + TELLING <= secret.length; at++)
    if (there.includes(secret.slice(at, at + TELLING))) return true;
  return false;
};

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
