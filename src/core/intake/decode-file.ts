import { WetreadError } from '../../errors.ts';
import { decodeApart } from './apart/decode-apart.ts';
import { decodePicture, MOST_FILE_BYTES } from './decode-picture.ts';
import type { DecodedFile } from './decoded.ts';
import { findRemoved } from './find-removed.ts';
import { sniffPicture } from './sniff-picture.ts';

/**
 * The upright 8-bit pixels of a film's file of any kind that is read, sniffed by content, and what else was in it, which is
 * left behind. Fails with `file-empty`, `file-too-large`, `not-a-picture`, `film-lateral`, or a `picture-…`, `dicom-…` or
 * `zip-…` code.
 */
export const decodeFile = async (bytes: Uint8Array): Promise<DecodedFile> => {
  if (bytes.length === 0) throw new WetreadError('file-empty');
  if (bytes.length > MOST_FILE_BYTES)
    throw new WetreadError('file-too-large', { limit: MOST_FILE_BYTES });
  const format = sniffPicture(bytes);
  if (format === 'dicom' || format === 'heic' || format === 'zip') {
    const decoded = await decodeApart({ format, bytes });
    return { ...decoded, removed: findRemoved(bytes, format) };
  }
  const { pixels, metadata } = await decodePicture(bytes, format);
  return { pixels, remarks: [], removed: findRemoved(bytes, format, metadata) };
};
