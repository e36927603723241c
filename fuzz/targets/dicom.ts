import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openDecodeTarget } from '../decode-target.ts';
import type { OpenTarget } from '../target.ts';

const FOLDER = join(import.meta.dirname, '../../test/fixtures/dicom');

/** Every DICOM fixture, one of each way to pack pixels, and zips of them. */
export const open: OpenTarget = async () => {
  const names = (await readdir(FOLDER)).filter((name) => /\.(dcm|zip)$/.test(name));
  return openDecodeTarget(names.toSorted().map((name) => join(FOLDER, name)));
};
