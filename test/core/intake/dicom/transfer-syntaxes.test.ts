import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readDicomValues } from '../../../../src/core/intake/dicom/decode-dicom.ts';

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
