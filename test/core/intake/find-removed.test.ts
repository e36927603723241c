import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { decodeFile } from '../../../src/core/intake/decode-file.ts';
import { writeFilm } from '../../../src/core/intake/write-film.ts';

const film = sharp(await readFile('assets/films/hannover-1663b242-ap.png')).resize(100);
const exif = { IFD0: { ImageDescription: 'NACHNAME^VORNAME' } };

const plainPng = film.clone().png().toBuffer();
const plainJpeg = film.clone().jpeg().toBuffer();

/** A marker segment after a JPEG's first. */
const withComment = (jpeg: Buffer, words: string): Buffer => {
  const length = Buffer.from([0, words.length + 2]);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    Buffer.from([0xff, 0xfe]),
    length,
    Buffer.from(words),
    jpeg.subarray(2),
  ]);
};
/** EXIF with a small JPEG in it, as telephones write for their galleries. */
const withThumbnail = (jpeg: Buffer): Buffer => {
  const tiff = Buffer.from('49492a00080000000000' + '00000000', 'hex');
  const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from('ffd8ffe0ffd9', 'hex')]);
  const head = Buffer.from([0xff, 0xe1, 0, body.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
};

test.each<[what: string, removed: readonly string[], file: () => Promise<Buffer> | Buffer]>([
  ['a bare PNG', [], () => plainPng],
  ['a bare JPEG', [], () => plainJpeg],
  ['a bare WebP', [], () => film.clone().webp().toBuffer()],
  ['a bare TIFF', [], () => film.clone().tiff().toBuffer()],
  ['EXIF', ['exif'], () => film.clone().withExif(exif).jpeg().toBuffer()],
  [
    'a colour profile',
    ['colour-profile'],
    () => film.clone().withIccProfile('p3').png().toBuffer(),
  ],
  [
    'XMP',
    ['xmp'],
    () => film.clone().withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"/>').png().toBuffer(),
  ],
  ['a comment', ['comments'], async () => withComment(await plainJpeg, 'NACHNAME')],
  ['a thumbnail', ['exif', 'thumbnail'], async () => withThumbnail(await plainJpeg)],
  [
    'bytes after a PNG',
    ['trailing-bytes'],
    async () => Buffer.concat([await plainPng, Buffer.from('NACHNAME')]),
  ],
  [
    'bytes after a JPEG',
    ['trailing-bytes'],
    async () => Buffer.concat([await plainJpeg, Buffer.from('NACHNAME')]),
  ],
  ['a DICOM file', ['dicom-elements'], () => readFile('test/fixtures/dicom/rle-8.dcm')],
  ['a zip', ['archive', 'dicom-elements'], () => readFile('test/fixtures/dicom/study.zip')],
])('%s is told by its kind, and nothing of it is left in the film', async (_, removed, file) => {
  const decoded = await decodeFile(await file());
  expect(decoded.removed).toEqual(removed);
  const { png } = await writeFilm(decoded.pixels);
  expect(Buffer.from(png).includes('NACHNAME')).toBe(false);
  const { exif: kept, xmp, icc, comments } = await sharp(png).metadata();
  expect([kept, xmp, icc, comments]).toEqual([undefined, undefined, undefined, undefined]);
});
