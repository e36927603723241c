import type { Metadata } from 'sharp';
import type { Removed } from './decoded.ts';
import type { FileFormat } from './sniff-picture.ts';

/**
 * The kinds of things that a file held beside its pixels, to be named and never shown. Nothing of them is ever passed on,
 * found or not: what goes on is written afresh from pixels.
 */
export const findRemoved = (
  bytes: Uint8Array,
  format: FileFormat,
  metadata?: Metadata,
): readonly Removed[] => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'dicom') return ['dicom-elements'];
  if (format === 'zip') return ['archive', 'dicom-elements'];
  if (format === 'heic') return findInBoxes(file);
  return findInPicture(file, format, metadata);
};

const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);

const findInPicture = (file: Buffer, format: FileFormat, metadata?: Metadata): Removed[] => {
  const { exif, xmp, iptc, icc, comments } = metadata ?? {};
  const { end, hasComment } = walk(file, format);
  const found: readonly (readonly [Removed, unknown])[] = [
    ['exif', exif],
    ['xmp', xmp],
    ['iptc', iptc],
    ['colour-profile', icc],
    ['comments', comments ?? hasComment],
    ['thumbnail', exif?.includes(JPEG_START)],
    ['trailing-bytes', end < file.length],
  ];
  return found.filter(([, is]) => Boolean(is)).map(([kind]) => kind);
};

/** Boxes that say what is in a HEIC come within its first MiB. */
const BOXES_WITHIN = 2 ** 20;

const findInBoxes = (file: Buffer): Removed[] => {
  const head = file.subarray(0, BOXES_WITHIN);
  const marks: readonly (readonly [Removed, string])[] = [
    ['exif', 'Exif'],
    ['xmp', 'application/rdf+xml'],
    ['colour-profile', 'colrprof'],
    ['thumbnail', 'thmb'],
  ];
  return marks.filter(([, mark]) => head.includes(mark, 0, 'latin1')).map(([kind]) => kind);
};

type Walked = { readonly end: number; readonly hasComment: boolean };

/** Where the picture's own bytes end; the file's length where that is not known. */
const walk = (file: Buffer, format: FileFormat): Walked => {
  if (format === 'jpeg') return walkJpeg(file);
  const end = format === 'png' ? endOfPng(file) : format === 'webp' ? endOfWebp(file) : file.length;
  return { end, hasComment: false };
};

/** An odd length is filled up to an even one. */
const endOfWebp = (file: Buffer): number => 8 + file.readUInt32LE(4) + (file.readUInt32LE(4) % 2);

/** Length, type, data, checksum, from the eighth byte on. */
const endOfPng = (file: Buffer): number => {
  let at = 8;
  while (at + 12 <= file.length) {
    const isLast = file.toString('latin1', at + 4, at + 8) === 'IEND';
    at += 12 + file.readUInt32BE(at);
    if (isLast) return at;
  }
  return file.length;
};

const COMMENT = 0xfe;
const SCAN = 0xda;
const END = 0xd9;

/** From marker to marker; in a scan, to the next that is neither a stuffed byte nor a restart. */
const walkJpeg = (file: Buffer): Walked => {
  let found = false;
  let at = 2;
  while (at + 4 <= file.length) {
    const marker = file[at + 1]!;
    if (file[at] !== 0xff) at += 1;
    else if (marker === END) return { end: at + 2, hasComment: found };
    else if (marker === 0xff) at += 1;
    else if (marker === 0 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else {
      if (marker === COMMENT) found = true;
      at += 2 + file.readUInt16BE(at + 2);
      if (marker === SCAN) at = afterScan(file, at);
    }
  }
  return { end: file.length, hasComment: found };
};

const afterScan = (file: Buffer, start: number): number => {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? END;
    if (next !== 0 && next !== 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return file.length;
};
