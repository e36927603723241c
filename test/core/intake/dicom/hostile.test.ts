import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeDicom } from '../../../../src/core/intake/dicom/decode-dicom.ts';
import { WetreadError } from '../../../../src/errors.ts';
import { fragmentsOf, writeDicom, type WrittenFile } from '../../../support/write-dicom.ts';

const codeOf = async (file: Buffer): Promise<string> => {
  try {
    await decodeDicom(file);
    return 'decoded';
  } catch (error) {
    return error instanceof WetreadError ? error.code : `not one of the table: ${String(error)}`;
  }
};
const write = (file: Partial<WrittenFile>) => writeDicom({ width: 4, height: 2, bits: 8, ...file });
const fixture = (name: string) => readFile(`test/fixtures/dicom/${name}.dcm`);

describe('plain pixels', () => {
  const values = [1, 2, 3, 4, 5, 6, 7, 8];

  test('that are too few are refused', async () => {
    expect(await codeOf(write({ values: values.slice(0, 6) }))).toBe('picture-damaged');
  });

  test('that are more than the picture are refused, but for zeros to fill up', async () => {
    expect(await codeOf(write({ values: [...values, 9, 9] }))).toBe('picture-damaged');
    expect(await codeOf(write({ values: [...values, 0, 0, 0, 0] }))).toBe('decoded');
  });
});

describe('run-length coding', () => {
  const rle = (segment: readonly number[], count = 1, start = 64) => {
    const head = Buffer.alloc(64);
    head.writeUInt32LE(count, 0);
    head.writeUInt32LE(start, 4);
    const pixels = fragmentsOf(Buffer.concat([head, Buffer.from(segment)]));
    return write({ syntax: '.5', pixels });
  };

  test('is read: literal, run, and nothing', async () => {
    // 3 literal bytes; a filler; a run of 5.
    expect(await codeOf(rle([2, 1, 2, 3, 128, 252, 9]))).toBe('decoded');
  });

  test.each<[string, Buffer]>([
    ['ends before the picture does', rle([2, 1, 2, 3])],
    ['runs over its end', rle([2, 1, 2, 3, 251, 9])],
    ['has a literal cut short', rle([7, 1, 2])],
    ['has another number of segments', rle([2, 1, 2, 3, 252, 9], 2)],
    ['begins inside its header', rle([2, 1, 2, 3, 252, 9], 1, 8)],
    ['begins after its end', rle([2, 1, 2, 3, 252, 9], 1, 9999)],
  ])('that %s is refused', async (_, file) => {
    expect(await codeOf(file)).toBe('picture-damaged');
  });
});

describe('a compressed stream', () => {
  /** The fixture's stream as another file's. */
  const streamOf = async (name: string) => {
    const file = await fixture(name);
    // The pixel data element, its empty offset table, and the item's head come before it; the end of sequence after it.
    const start = file.lastIndexOf(Buffer.from('feff00e0', 'hex')) + 8;
    return file.subarray(start, file.length - 8);
  };
  const wrap = (stream: Buffer, syntax: string, file: Partial<WrittenFile> = {}) =>
    writeDicom({ width: 256, height: 210, bits: 12, syntax, pixels: fragmentsOf(stream), ...file });

  test.each([
    ['jpeg-lossless-sv1', '.4.70'],
    ['jpeg-ls', '.4.80'],
    ['ht-jpeg-2000', '.4.201'],
  ])('of %s is refused when cut, and when its size is not the file’s', async (name, syntax) => {
    const stream = await streamOf(name);
    expect(await codeOf(wrap(stream, syntax))).toBe('decoded');
    expect(await codeOf(wrap(stream.subarray(0, stream.length * 0.9), syntax))).toBe(
      'picture-damaged',
    );
    expect(await codeOf(wrap(stream, syntax, { width: 255 }))).toBe('picture-damaged');
    expect(await codeOf(wrap(stream, syntax, { height: 6000, width: 6000 }))).toBe(
      'picture-damaged',
    );
  });

  test('of JPEG 2000 with a tile for every pixel is refused before it is decoded', async () => {
    const stream = Buffer.from(await streamOf('ht-jpeg-2000'));
    stream.writeUInt32BE(1, 24);
    stream.writeUInt32BE(1, 28);
    expect(await codeOf(wrap(stream, '.4.201'))).toBe('picture-damaged');
  });

  test('that is none is refused', async () => {
    for (const syntax of ['.4.50', '.4.80', '.4.90', '.4.201', '.4.110'])
      expect(await codeOf(wrap(Buffer.from('no stream at all'), syntax))).toBe('picture-damaged');
  });
});

describe('a file', () => {
  test('cut at any place is refused, however its pixels are packed', async () => {
    for (const name of ['explicit-m2-12', 'implicit', 'big-endian', 'deflated', 'rle', 'jpeg-ls']) {
      const whole = await fixture(name);
      for (const share of [0.01, 0.5, 0.9, 0.995])
        expect(await codeOf(whole.subarray(0, whole.length * share)), `${name} ${share}`).toMatch(
          /^(picture-damaged|dicom-no-picture)$/,
        );
    }
  });

  test('that inflates to more than any film is refused', async () => {
    const bomb = write({
      syntax: '.1.99',
      elements: [['00204000', 'UT', Buffer.alloc(210 * 2 ** 20)]],
      values: [],
    });
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(await codeOf(bomb)).toBe('picture-damaged');
  });

  test('with sequences in sequences without end is refused', async () => {
    const item = Buffer.from('08001111' + '53510000ffffffff' + 'feff00e0ffffffff', 'hex');
    const deep = Buffer.concat(Array.from({ length: 50_000 }, () => item));
    const start = write({ values: [] });
    expect(await codeOf(Buffer.concat([start.subarray(0, start.indexOf('DX') + 2), deep]))).toBe(
      'picture-damaged',
    );
  });

  test('with an element of another kind where a number belongs is refused or read, never a crash', async () => {
    for (const tag of [
      '00280010',
      '00280002',
      '00280100',
      '00281050',
      '00281053',
      '00200020',
      '00280030',
    ])
      expect(await codeOf(write({ values: [], elements: [[tag, 'SQ', [[]]]] }))).toMatch(
        /^(picture|dicom)-[a-z-]+$/,
      );
  });
});
