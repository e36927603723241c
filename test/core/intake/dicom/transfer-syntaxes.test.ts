import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import dcmjsCodecs from 'dcmjs-codecs';
import { describe, expect, test } from 'vitest';
import { readDicomValues } from '../../../../src/core/intake/dicom/decode-dicom.ts';
import { fragmentsOf, writeDicom } from '../../../support/write-dicom.ts';

const { Context, NativeCodecs } = dcmjsCodecs;
const FOLDER = 'test/fixtures/dicom';

type Truth = {
  readonly layout: string;
  readonly sha256: string | null;
  readonly every97th?: readonly number[];
};
const truth = JSON.parse(readFileSync(`${FOLDER}/truth.json`, 'utf8')) as Record<string, Truth>;
const files = Object.entries(truth);

const read = async (name: string) => {
  const { layout, values } = await readDicomValues(await readFile(`${FOLDER}/${name}`));
  return { layout, values: Int32Array.from(values) };
};
const hashOf = (values: Int32Array) =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

test('there is a file of every common way to pack pixels', () => {
  expect(files.length).toBeGreaterThan(25);
});

describe('what loses nothing is read to the last bit', () => {
  test.each(files.filter(([, { sha256 }]) => sha256 !== null))('%s', async (name, { sha256 }) => {
    expect(hashOf((await read(name)).values)).toBe(sha256);
  });
});

describe('what loses something is read to within a grey level in 255 of what another decoder reads', () => {
  test.each(files.filter(([, { sha256 }]) => sha256 === null))(
    '%s',
    async (name, { every97th }) => {
      const { layout, values } = await read(name);
      const ours = values.filter((_, i) => i % 97 === 0);
      expect(ours.length).toBe(every97th?.length);
      const off = ours.map((value, i) => Math.abs(value - (every97th?.[i] ?? 0)));
      expect((Math.max(...off) * 255) / (2 ** layout.bitsStored - 1)).toBeLessThanOrEqual(1);
    },
  );
});

/** No other encoder of these was at hand, so this shows that they are wired up, not that they are right. */
test.each([
  ['JPEG XL', '.4.110', 'encodeJpegXl'],
  ['high-throughput JPEG 2000', '.4.201', 'encodeHtJpeg2000'],
] as const)('%s of its own encoder comes out as it went in', async (_, syntax, method) => {
  const { layout, values } = await read('explicit-m2-16.dcm');
  await NativeCodecs.initializeAsync();
  const { width, height } = layout;
  const context = new Context({
    width,
    height,
    bitsAllocated: 16,
    bitsStored: 16,
    samplesPerPixel: 1,
    pixelRepresentation: 0,
    photometricInterpretation: 'MONOCHROME2',
    decodedBuffer: new Uint8Array(Uint16Array.from(values).buffer),
  });
  const stream = NativeCodecs[method](context, { lossy: false }).getEncodedBuffer();
  const pixels = fragmentsOf(stream ?? new Uint8Array());
  const decoded = await readDicomValues(writeDicom({ width, height, bits: 16, syntax, pixels }));
  expect(hashOf(Int32Array.from(decoded.values))).toBe(hashOf(values));
  const smaller = writeDicom({ width: 200, height, bits: 16, syntax, pixels });
  await expect(readDicomValues(smaller)).rejects.toMatchObject({ code: 'picture-damaged' });
});
