import { join } from 'node:path';
import type { ConversionJournal } from './conversion-journal.ts';
import type { Disk } from './disk.ts';
import type { PlannedUnit } from './graph-builder.ts';
import type { ConversionPlan, PlannedFile } from './plan-conversion.ts';
import type { QuantizationError } from './quantize.ts';

/** Written between two entries of the journal: a second or two of a large conversion is all that a kill costs. */
const ENTRY_BYTES = 256 * 2 ** 20;

export type WriteOptions = {
  readonly disk: Disk;
  readonly journal: ConversionJournal;
  /** So many more bytes are written, or were found written. */
  readonly onBytes: (bytes: number) => void;
};

/** Bytes of the plan that the journal says are on the disk. */
export const bytesDone = ({ files }: ConversionPlan, journal: ConversionJournal): number =>
  files.reduce((sum, { name, units }) => sum + sizeOf(units.slice(0, journal.unitsOf(name))), 0);

/** Bytes that writing all of the plan writes: those of its files without the gaps in them. */
export const bytesInAll = ({ files }: ConversionPlan): number =>
  files.reduce((sum, { units }) => sum + sizeOf(units), 0);

const sizeOf = (units: readonly PlannedUnit[]): number =>
  units.reduce((sum, { bytes }) => sum + bytes, 0);

/** Writes what is not there yet of one file. */
export const writePlannedFile = async (
  folder: string,
  { name, units }: PlannedFile,
  { disk, journal, onBytes }: WriteOptions,
): Promise<void> => {
  const done = journal.unitsOf(name);
  if (done === units.length) return;
  const file = await disk.open(join(folder, name));
  try {
    let unsaved = 0;
    let errors: QuantizationError[] = [];
    for (const [index, unit] of units.entries()) {
      if (index < done) continue;
      const error = await writeUnit(unit, file, onBytes);
      if (error) errors.push(error);
      unsaved += unit.bytes;
      if (unsaved < ENTRY_BYTES && index + 1 < units.length) continue;
      await file.sync();
      await journal.add({ file: name, units: index + 1, errors });
      unsaved = 0;
      errors = [];
    }
  } finally {
    await file.close();
  }
};

const writeUnit = async (
  { bytes: planned, pieces }: PlannedUnit,
  file: Awaited<ReturnType<Disk['open']>>,
  onBytes: (bytes: number) => void,
): Promise<QuantizationError | undefined> => {
  let written = 0;
  const iterator = pieces();
  for (;;) {
    const { value, done } = await iterator.next();
    if (done === true) {
      if (written !== planned) throw new Error('a planned unit has another size than was planned');
      return value;
    }
    await file.write(value.bytes, value.position);
    written += value.bytes.byteLength;
    onBytes(value.bytes.byteLength);
  }
};
