import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeFile } from '../../../src/core/intake/decode-file.ts';
import { MOST_FILE_BYTES } from '../../../src/core/intake/decode-picture.ts';
import { WetreadError } from '../../../src/errors.ts';
import {
  animatePng,
  bmp,
  dicom,
  gif,
  isoMedia,
  PNG_SIGNATURE,
  promisingPng,
  resizeJpegHeader,
} from './picture-files.ts';

// A small picture with something in it, so that a cut is noticed: a grey ramp with a bright corner.
const WIDTH = 120;
const HEIGHT = 80;
const grey = Uint8Array.from(
  { length: WIDTH * HEIGHT },
  (_, i) => (i % WIDTH) + Math.floor(i / WIDTH),
);
grey.fill(250, 0, 30);
const colour = Uint8Array.from(
  { length: grey.length * 3 },
  (_, i) => (grey[Math.floor(i / 3)]! + (i % 3) * 9) % 256,
);

const greyPicture = () =>
  sharp(grey, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } }).toColourspace('b-w');
const colourPicture = () => sharp(colour, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
/** Two pictures above each other, to be saved as two pages. */
const pages = () =>
  sharp(Buffer.concat([colour, colour.map((value) => 255 - value)]), {
    raw: { width: WIDTH, height: HEIGHT * 2, channels: 3, pageHeight: HEIGHT },
  });

const decodePicture = async (bytes: Uint8Array) => (await decodeFile(bytes)).pixels;

const codeOf = async (bytes: Uint8Array): Promise<string> => {
  try {
    await decodeFile(bytes);
    return 'decoded';
  } catch (error) {
    return error instanceof WetreadError ? error.code : `not one of the table: ${String(error)}`;
  }
};
const text = (words: string): Buffer => Buffer.from(words, 'utf8');

const png = await greyPicture().png().toBuffer();
const jpeg = await colourPicture().jpeg().toBuffer();
const film = await readFile('assets/films/hannover-1663b242-ap.png');
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99"><rect width="99" height="99"/></svg>';

describe('every picture format is read', () => {
  test.each(['png', 'webp', 'tiff'] as const)('%s, without loss', async (format) => {
    const bytes = await colourPicture()
      .toFormat(format, { lossless: true, compression: 'lzw' })
      .toBuffer();
    expect(await decodePicture(bytes)).toEqual({
      data: Buffer.from(colour),
      width: WIDTH,
      height: HEIGHT,
      channels: 3,
    });
  });

  test.each(['jpeg', 'avif', 'webp'] as const)('%s', async (format) => {
    const { data, ...shape } = await decodePicture(
      await colourPicture().toFormat(format).toBuffer(),
    );
    expect(shape).toEqual({ width: WIDTH, height: HEIGHT, channels: 3 });
    expect(data.length).toBe(colour.length);
  });
});

describe('pixels come out as a film keeps them', () => {
  test('grey stays one channel', async () => {
    expect(await decodePicture(png)).toEqual({
      data: Buffer.from(grey),
      width: WIDTH,
      height: HEIGHT,
      channels: 1,
    });
  });

  test('grey stored in three channels becomes one', async () => {
    const three = Uint8Array.from({ length: grey.length * 3 }, (_, i) => grey[Math.floor(i / 3)]!);
    const bytes = await sharp(three, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .png()
      .toBuffer();
    const pixels = await decodePicture(bytes);
    expect(pixels.channels).toBe(1);
    expect(Buffer.from(pixels.data).equals(grey)).toBe(true);
  });

  test('a picture that lies on its side by EXIF is set upright', async () => {
    const pixels = await decodePicture(
      await greyPicture().withMetadata({ orientation: 6 }).png().toBuffer(),
    );
    expect([pixels.width, pixels.height]).toEqual([HEIGHT, WIDTH]);
    // Orientation 6: the first row is the right-hand column.
    expect(pixels.data[HEIGHT - 1]).toBe(grey[0]);
    expect(pixels.data[HEIGHT * WIDTH - 1]).toBe(grey[WIDTH - 1]);
  });

  test('what is transparent is black', async () => {
    const clear = Uint8Array.from({ length: grey.length * 4 }, (_, i) =>
      i % 4 < 3 ? 200 : i < 4 ? 255 : 0,
    );
    const bytes = await sharp(clear, { raw: { width: WIDTH, height: HEIGHT, channels: 4 } })
      .png()
      .toBuffer();
    const pixels = await decodePicture(bytes);
    expect(pixels.channels).toBe(1);
    expect([...pixels.data.subarray(0, 3)]).toEqual([200, 0, 0]);
  });

  test.each([
    ['12 bits stored in 16', 0, 4095],
    ['all of 16 bits', 0, 65_535],
    ['a window in the middle', 20_000, 30_000],
  ])('%s is stretched to 8', async (_, least, most) => {
    const deep = Uint16Array.from({ length: WIDTH * HEIGHT }, (__, i) =>
      Math.round(least + ((most - least) * i) / (WIDTH * HEIGHT - 1)),
    );
    const bytes = await sharp(deep, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { data, channels } = await decodePicture(bytes);
    expect(channels).toBe(1);
    expect([data[0], data[data.length / 2], data.at(-1)]).toEqual([0, 128, 255]);
  });

  test('16 bits in colour, and a flat picture in 16 bits', async () => {
    const deep = Uint16Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i % 3) * 1000);
    const shape = { width: WIDTH, height: HEIGHT, channels: 3 as const };
    const inColour = await sharp(deep, { raw: shape }).toColourspace('rgb16').png().toBuffer();
    expect([...(await decodePicture(inColour)).data.subarray(0, 3)]).toEqual([0, 128, 255]);
    const flat = await sharp(deep.fill(0x8000), { raw: shape })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await decodePicture(flat)).data[0]).toBe(128);
  });

  test('a colour profile changes no value', async () => {
    const withProfile = await colourPicture()
      .withIccProfile('p3', { attach: true })
      .png()
      .toBuffer();
    const raw = await sharp(withProfile, { ignoreIcc: true }).raw().toBuffer();
    expect(Buffer.from((await decodePicture(withProfile)).data).equals(raw)).toBe(true);
  });
});

describe('what is not a film gets its sentence', () => {
  const cases: Record<string, [code: string, bytes: () => Promise<Uint8Array> | Uint8Array]> = {
    'nothing at all': ['file-empty', () => new Uint8Array()],
    'more bytes than any film has': ['file-too-large', () => Buffer.alloc(MOST_FILE_BYTES + 1)],
    words: ['not-a-picture', () => text('This is the report.')],
    'one byte': ['not-a-picture', () => Buffer.from([0xff])],
    'a page of HTML with a drawing in it': [
      'not-a-picture',
      () => text(`<!doctype html><html>${SVG}</html>`),
    ],
    'an SVG drawing, whatever its name': ['picture-svg', () => text(SVG)],
    'an SVG drawing with declaration and comment': [
      'picture-svg',
      () => text(`\uFEFF<?xml version="1.0"?>\n<!-- <html> -->\n<!DOCTYPE svg>\n${SVG}`),
    ],
    'an SVG drawing with a name space': [
      'picture-svg',
      () => text('<s:svg xmlns:s="http://www.w3.org/2000/svg"/>'),
    ],
    'a DICOM file': ['dicom-no-picture', () => dicom()],
    'a DICOM file that looks like a PNG': [
      'dicom-no-picture',
      () => Buffer.concat([PNG_SIGNATURE, dicom().subarray(8)]),
    ],
    'an old DICOM file cut short': [
      'picture-damaged',
      () => Buffer.from('0800050043530a0049534f5f4952203130', 'hex'),
    ],
    'an old DICOM file cut short, implicit': [
      'picture-damaged',
      () => Buffer.from('080005000a00000049534f5f4952203130', 'hex'),
    ],
    'a HEIC photo with nothing in it': ['picture-damaged', () => isoMedia('heic', 'mif1', 'heic')],
    'such a photo by its compatible brand': ['picture-damaged', () => isoMedia('mif1', 'heic')],
    'a HEIC sequence': ['picture-animated', () => isoMedia('hevc', 'heic')],
    'a HEIC of several views': ['picture-format', () => isoMedia('heim')],
    'a film in MP4': ['not-a-picture', () => isoMedia('isom', 'mp42')],
    'an AVIF sequence': ['picture-animated', () => isoMedia('avis', 'avif')],
    'an AVIF with nothing in it': ['picture-damaged', () => isoMedia('avif', 'mif1')],
    'a BMP': ['picture-format', () => bmp()],
    'a PDF': ['picture-format', () => text('%PDF-1.7\n')],
    'a still GIF': ['picture-format', () => gif(1)],
    'an animated GIF': ['picture-animated', () => gif(3)],
    'an animated PNG': ['picture-animated', () => animatePng(png)],
    'an animated WebP': ['picture-animated', () => pages().webp().toBuffer()],
    'a TIFF of two pages': ['picture-animated', () => pages().tiff().toBuffer()],
    'a picture in print colours': [
      'picture-cmyk',
      () => colourPicture().toColourspace('cmyk').jpeg().toBuffer(),
    ],
    'a PNG of 40,000 x 40,000': ['picture-too-large', () => promisingPng(40_000, 40_000)],
    'only the header of such a PNG': [
      'picture-too-large',
      () => promisingPng(40_000, 40_000).subarray(0, 33),
    ],
    'a PNG just over the limit': ['picture-too-large', () => promisingPng(10_000, 6001)],
    'a JPEG of 40,000 x 40,000': [
      'picture-too-large',
      () => resizeJpegHeader(jpeg, 40_000, 40_000),
    ],
    'a PNG that promises more than it holds': ['picture-damaged', () => promisingPng(7000, 8000)],
    'only a PNG signature': ['picture-damaged', () => PNG_SIGNATURE],
    'a film cut in half': ['picture-damaged', () => film.subarray(0, film.length / 2)],
    'a film without its last two per cent': [
      'picture-damaged',
      () => film.subarray(0, film.length * 0.98),
    ],
    'a JPEG cut short': ['picture-damaged', () => jpeg.subarray(0, jpeg.length * 0.6)],
    'a WebP cut short': [
      'picture-damaged',
      async () => (await colourPicture().webp().toBuffer()).subarray(0, 200),
    ],
    'a TIFF cut short': [
      'picture-damaged',
      async () => (await colourPicture().tiff().toBuffer()).subarray(0, 200),
    ],
  };

  test.each(Object.entries(cases))('%s', async (_, [code, bytes]) => {
    expect(await codeOf(await bytes())).toBe(code);
  });
});

test('no damage to a file ends in anything but a sentence of the table', async () => {
  const tiff = await colourPicture().tiff({ compression: 'deflate' }).toBuffer();
  const webp = await colourPicture().webp().toBuffer();
  const avif = await colourPicture().avif({ effort: 0 }).toBuffer();
  // Each byte of the beginning, where the headers are, is changed once; a fixed pattern, so that a failure comes again.
  for (const whole of [png, jpeg, tiff, webp, avif]) {
    for (let at = 0; at < 120; at += 1) {
      const damaged = Buffer.from(whole);
      damaged[at % damaged.length]! ^= 0xff >> (at % 7);
      expect(await codeOf(damaged), `byte ${at}`).toMatch(
        /^(decoded|picture-[a-z]+(-[a-z]+)?|not-a-picture)$/,
      );
    }
  }
});

test('what follows the picture in its file is not kept', async () => {
  const polyglot = Buffer.concat([png, text('<script>alert(1)</script>')]);
  expect(await decodePicture(polyglot)).toEqual(await decodePicture(png));
});
