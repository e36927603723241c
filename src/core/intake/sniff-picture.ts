import { WetreadError } from '../../errors.ts';
import type { ApartFormat } from './apart/protocol.ts';
import { isDicom } from './is-dicom.ts';

/** The formats that are decoded in this process. */
export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'tiff' | 'avif';
/** All that are decoded. */
export type FileFormat = PictureFormat | ApartFormat;

/**
 * Tells by its first bytes what a file is; names and declared types are not looked at. Fails with the sentence for what
 * is known and not read (SVG, GIF, BMP, PDF, anything animated), else with `not-a-picture`.
 */
export const sniffPicture = (bytes: Uint8Array): FileFormat => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // First, as the 128 bytes before its mark may be made to look like another format.
  if (isDicom(file)) return 'dicom';
  if (startsWith(file, ZIP_SIGNATURE)) return 'zip';
  if (startsWith(file, PNG_SIGNATURE)) return sniffPng(file);
  if (startsWith(file, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (textAt(file, 0, 4) === 'RIFF' && textAt(file, 8, 12) === 'WEBP') return sniffWebp(file);
  if (TIFF_SIGNATURES.some((signature) => startsWith(file, signature))) return 'tiff';
  if (textAt(file, 4, 8) === 'ftyp') return sniffIsoMedia(file);
  return refuse(file);
};

/** Width and height of a PNG as its header says, so that the size can be judged before a decoder sees the file. */
export const readPngSize = (bytes: Uint8Array): { width: number; height: number } => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < 24) throw new WetreadError('picture-damaged');
  return { width: file.readUInt32BE(16), height: file.readUInt32BE(20) };
};

const ZIP_SIGNATURE = [0x50, 0x4b, 0x03, 0x04];
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Little and big endian, classic and BigTIFF. */
const TIFF_SIGNATURES = [
  [0x49, 0x49, 0x2a, 0x00],
  [0x4d, 0x4d, 0x00, 0x2a],
  [0x49, 0x49, 0x2b, 0x00],
  [0x4d, 0x4d, 0x00, 0x2b],
];

/** An acTL chunk before the pixels makes a PNG animated; decoders that do not know it show one picture of several. */
const sniffPng = (file: Buffer): PictureFormat => {
  for (let at = PNG_SIGNATURE.length; at + 8 <= file.length;) {
    const type = textAt(file, at + 4, at + 8);
    if (type === 'acTL') throw new WetreadError('picture-animated');
    if (type === 'IDAT') break;
    // Length, type, data, checksum.
    at += 12 + file.readUInt32BE(at);
  }
  return 'png';
};

/** The animation flag of the extended header. */
const sniffWebp = (file: Buffer): PictureFormat => {
  const isAnimated = textAt(file, 12, 16) === 'VP8X' && ((file[20] ?? 0) & 0x02) !== 0;
  if (isAnimated) throw new WetreadError('picture-animated');
  return 'webp';
};

/** Brands of the ftyp box (ISO/IEC 14496-12; 23008-12 for HEIF): the major one, then the compatible ones. */
const sniffIsoMedia = (file: Buffer): FileFormat => {
  const end = Math.min(file.length, file.readUInt32BE(0), MOST_BRANDS_BYTES);
  const brands = [textAt(file, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(textAt(file, at, at + 4));
  const [major = ''] = brands;
  if (SEQUENCE_BRANDS.has(major)) throw new WetreadError('picture-animated');
  if (brands.includes('avif')) return 'avif';
  if (HEIC_BRANDS.has(major)) return 'heic';
  if (MULTIVIEW_BRANDS.has(major))
    throw new WetreadError('picture-format', { format: 'Multiview HEIC' });
  throw new WetreadError('not-a-picture');
};

/** Real files name fewer than ten brands. */
const MOST_BRANDS_BYTES = 256;
const HEIC_BRANDS: ReadonlySet<string> = new Set(['heic', 'heix', 'mif1']);
const SEQUENCE_BRANDS: ReadonlySet<string> = new Set(['avis', 'hevc', 'hevx', 'msf1']);
const MULTIVIEW_BRANDS: ReadonlySet<string> = new Set(['heim', 'heis', 'hevm', 'hevs']);

const refuse = (file: Buffer): never => {
  if (/^GIF8[79]a$/.test(textAt(file, 0, 6))) {
    if (hasManyFrames(file)) throw new WetreadError('picture-animated');
    throw new WetreadError('picture-format', { format: 'GIF' });
  }
  // The two bytes alone begin many texts; the header's size and reserved zeros do not.
  if (textAt(file, 0, 2) === 'BM' && file.length > 26 && file.readUInt32LE(6) === 0)
    throw new WetreadError('picture-format', { format: 'BMP' });
  if (textAt(file, 0, 5) === '%PDF-') throw new WetreadError('picture-format', { format: 'PDF' });
  if (isSvg(file)) throw new WetreadError('picture-svg');
  throw new WetreadError('not-a-picture');
};

/** A GIF with a second frame has a second graphic control block: 21 F9 04 … 00. */
const hasManyFrames = (file: Buffer): boolean => {
  const first = file.indexOf(GRAPHIC_CONTROL);
  return first >= 0 && file.includes(GRAPHIC_CONTROL, first + 1);
};
const GRAPHIC_CONTROL = Buffer.from([0x21, 0xf9, 0x04]);

/** XML whose root is <svg>, after a byte order mark, a declaration, comments or a document type. */
const isSvg = (file: Buffer): boolean => {
  const start = file
    .subarray(0, SVG_ROOT_WITHIN)
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  const root = /<([a-z_][\w.-]*:)?([a-z][\w.-]*)/i.exec(start.replaceAll(/<!--.*?-->/gs, ''));
  return start.startsWith('<') && root?.[2]?.toLowerCase() === 'svg';
};
/** Bytes. Drawing programs write a licence of a few kB before the root at most. */
const SVG_ROOT_WITHIN = 16_384;

const startsWith = (file: Buffer, signature: readonly number[]): boolean =>
  signature.every((byte, i) => file[i] === byte);

const textAt = (file: Buffer, start: number, end: number): string =>
  file.toString('latin1', start, end);
