/**
 * Holds the values that Wetread decodes from DICOM files to those that pydicom does, and prints the table of docs/dicom.md.
 *
 *   pip install -r scripts/dicom/requirements.txt
 *   python scripts/dicom/reference.py OUT [FOLDER ...]
 *   node --import tsx scripts/dicom/compare.ts OUT
 *
 * Each file is decoded in a process of its own, as the codecs do not recover from a file that failed.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { readDicomValues } from '../../src/core/intake/dicom/decode-dicom.ts';
import { WetreadError } from '../../src/errors.ts';

const reference = z.object({
  file: z.string(),
  syntax: z.string(),
  photometric: z.string(),
  samples: z.number(),
  bits: z.number(),
  stored: z.number(),
  frames: z.number(),
  lossy: z.boolean(),
  values: z.string().nullable(),
  reason: z.string().nullable(),
});
type Reference = z.infer<typeof reference>;

/** Grey levels of 255 that a lossy file may differ by. */
const LOSSY_WITHIN = 1;
const MOST_BYTES = 2 ** 30;

const printValues = async (file: string): Promise<void> => {
  try {
    const { values } = await readDicomValues(await readFile(file));
    process.stdout.write(Buffer.from(Int32Array.from(values).buffer));
  } catch (error) {
    process.stderr.write(error instanceof WetreadError ? error.code : String(error));
    process.exitCode = 3;
  }
};

/** The decoded values, or the code of the refusal. */
const decodeAside = async (file: string): Promise<Int32Array | string> => {
  const args = ['--import', 'tsx', import.meta.filename, '--values', file];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, {
      encoding: 'buffer',
      maxBuffer: MOST_BYTES,
    });
    return new Int32Array(Uint8Array.from(stdout).buffer);
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error);
  }
};

/** "equal", "within 1 of 255", "refused: CODE", or what is wrong. */
const judge = async (line: Reference, folder: string): Promise<string> => {
  const ours = await decodeAside(line.file);
  if (typeof ours === 'string')
    return line.values === null
      ? `refused: ${ours}`
      : `REFUSED, although pydicom reads it: ${ours}`;
  if (line.values === null) {
    if (line.reason !== null) return 'read; pydicom cannot';
    return line.samples > 1 && line.frames === 1 ? 'read, in grey' : 'READ, although to be refused';
  }
  const bytes = await readFile(join(folder, line.values));
  const theirs = new Int32Array(Uint8Array.from(bytes).buffer);
  if (ours.length !== theirs.length) return 'WRONG SIZE';
  const most = ours.reduce((max, value, i) => Math.max(max, Math.abs(value - (theirs[i] ?? 0))), 0);
  if (most === 0) return 'equal';
  const levels = (most * 255) / (2 ** line.stored - 1);
  if (line.lossy && levels <= LOSSY_WITHIN) return `within ${LOSSY_WITHIN} of 255`;
  return `DIFFERS by ${levels.toFixed(2)} of 255`;
};

const kindOf = ({ syntax, photometric, samples, bits, frames }: Reference): string => {
  const what = frames > 1 ? 'several frames' : samples > 1 ? 'colour' : `${bits} bits`;
  return `| ${syntax.replace('1.2.840.10008.1.2', '…1.2')} | ${photometric} | ${what} |`;
};

const compareAll = async (folder: string): Promise<void> => {
  const lines = (await readFile(join(folder, 'index.jsonl'), 'utf8')).trim().split('\n');
  const rows = new Map<string, number>();
  for (const text of lines) {
    const line = reference.parse(JSON.parse(text));
    const result = await judge(line, folder);
    if (/^[A-Z]{2}/.test(result)) console.error(`${result}  ${line.file}`);
    const row = `${kindOf(line)} ${result} |`;
    rows.set(row, (rows.get(row) ?? 0) + 1);
  }
  console.log('| transfer syntax | photometric | pixels | result | files |\n|---|---|---|---|---|');
  for (const [row, count] of [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    console.log(`${row} ${count} |`);
};

const [first = '', second = ''] = process.argv.slice(2);
await (first === '--values' ? printValues(second) : compareAll(first));
