import yauzl, { type Entry, type ZipFile } from 'yauzl';
import { WetreadError, type ErrorCode } from '../../../errors.ts';
import type { DecodedApart } from '../decoded.ts';
import { isDicom } from '../is-dicom.ts';
import { checkDicom, decodeDicom } from './decode-dicom.ts';

/** A radiograph's study has a handful; disks add an index, viewers and reports. A CT has hundreds, and is told by its first. */
const MOST_ENTRIES = 1000;
/** As of one file that comes alone. */
const MOST_FILE_BYTES = 100 * 2 ** 20;
/** Of all together: two films of the largest kind. */
const MOST_BYTES = 200 * 2 ** 20;

/** Which of several reasons is told, if no film is left. */
const TELLING: readonly ErrorCode[] = [
  'film-lateral',
  'dicom-frames',
  'dicom-format',
  'dicom-modality',
];

/**
 * The one frontal film in a zip file of a study; what else is in it (laterals, reports, an index, a viewer) is passed
 * over. Names in it are not looked at. It runs in a thread of its own. Fails with `zip-several`, `zip-no-film`,
 * `zip-locked`, `zip-damaged`, or why the only film is not read.
 */
export const decodeZip = async (bytes: Buffer): Promise<DecodedApart> => {
  const films: Buffer[] = [];
  const refusals: WetreadError[] = [];
  for await (const file of dicomFilesOf(bytes)) {
    try {
      checkDicom(file);
      films.push(file);
    } catch (error) {
      if (!(error instanceof WetreadError)) throw error;
      refusals.push(error);
    }
    if (films.length > 1) throw new WetreadError('zip-several');
  }
  const [film] = films;
  if (film !== undefined) return decodeDicom(film);
  throw mostTelling(refusals) ?? new WetreadError('zip-no-film');
};

const mostTelling = (refusals: readonly WetreadError[]): WetreadError | undefined =>
  TELLING.map((code) => refusals.find((refusal) => refusal.code === code)).find(Boolean) ??
  refusals.find(({ code }) => code !== 'dicom-no-picture');

async function* dicomFilesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  const zip = await open(bytes);
  if (zip.entryCount > MOST_ENTRIES) throw new WetreadError('zip-too-large');
  let left = MOST_BYTES;
  for await (const entry of entriesOf(zip)) {
    // A folder's name ends in a slash.
    if (entry.uncompressedSize === 0) continue;
    if (entry.isEncrypted()) throw new WetreadError('zip-locked');
    if (entry.uncompressedSize > MOST_FILE_BYTES) continue;
    const file = await read(zip, entry, left);
    left -= file.length;
    if (isDicom(file)) yield file;
  }
}

const open = async (bytes: Buffer): Promise<ZipFile> => {
  try {
    // Names stay bytes, unread.
    return await yauzl.fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false });
  } catch {
    throw new WetreadError('zip-damaged');
  }
};

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  try {
    yield* zip.eachEntry();
  } catch {
    throw new WetreadError('zip-damaged');
  }
}

/** Sizes in the index are claims; what comes out is counted. */
const read = async (zip: ZipFile, entry: Entry, mostBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      length += (chunk as Buffer).length;
      if (length > mostBytes) break;
      chunks.push(chunk as Buffer);
    }
  } catch {
    throw new WetreadError('zip-damaged');
  }
  if (length > mostBytes) throw new WetreadError('zip-too-large');
  return Buffer.concat(chunks, length);
};
