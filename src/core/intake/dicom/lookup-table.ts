import type { DataSet } from 'dicom-parser';
import { WetreadError } from '../../../errors.ts';

/** A table of the Modality or VOI LUT sequence, DICOM PS3.3 C.11.1 and C.11.2. */
export type LookupTable = {
  /** The value that the first entry is for; values beyond an end take the entry there. */
  readonly first: number;
  readonly entries: Uint16Array;
  /** The largest value that an entry may have. */
  readonly most: number;
};

/** Fails with `picture-damaged`. */
export const readLookupTable = (item: DataSet, { signed }: { signed: boolean }): LookupTable => {
  const data = item.elements['x00283006'];
  if (data === undefined || (item.elements['x00283002']?.length ?? 0) < 6) throw damaged();
  const [declared = 0, first = 0, bits = 16] = [0, 1, 2].map((i) => item.uint16('x00283002', i));
  // The largest number of entries does not fit the word.
  const count = declared === 0 ? 65_536 : declared;
  const entries = new Uint16Array(count);
  const { byteArray, byteArrayParser } = item;
  if (data.length >= 2 * count) {
    for (let i = 0; i < count; i++)
      entries[i] = byteArrayParser.readUint16(byteArray, data.dataOffset + 2 * i);
  } else if (data.length >= count) {
    for (let i = 0; i < count; i++) entries[i] = byteArray[data.dataOffset + i]!;
  } else throw damaged();
  const isSigned = signed && first > 0x7fff;
  return {
    first: isSigned ? first - 0x1_0000 : first,
    entries,
    // Some declare fewer bits than their entries have.
    most: entries.reduce((a, b) => Math.max(a, b), 2 ** Math.min(Math.max(bits, 1), 16) - 1),
  };
};

export const lookUp = ({ first, entries }: LookupTable, value: number): number =>
  entries[Math.min(Math.max(Math.round(value) - first, 0), entries.length - 1)]!;

const damaged = (): WetreadError => new WetreadError('picture-damaged');
