import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { decodeZip } from '../../../../src/core/intake/dicom/decode-zip.ts';

const read = (name: string) => readFile(`test/fixtures/dicom/${name}.zip`);
const codeOf = (bytes: Buffer) =>
  decodeZip(bytes).then(
    () => 'decoded',
    (error: { code?: string }) => error.code,
  );

describe('a zip of a study', () => {
  test('gives its one frontal film, beside a lateral and a text', async () => {
    const { pixels } = await decodeZip(await read('study'));
    expect([pixels.width, pixels.height, pixels.channels]).toEqual([256, 210, 1]);
  });

  test('with two frontal films asks for one', async () => {
    expect(await codeOf(await read('two-films'))).toBe('zip-several');
  });

  test('with a lateral alone says so', async () => {
    expect(await codeOf(await read('lateral'))).toBe('film-lateral');
  });

  test('without a film says so', async () => {
    // An empty one: only its end.
    const empty = Buffer.alloc(22);
    empty.write('PK\x05\x06', 0, 'latin1');
    expect(await codeOf(empty)).toBe('zip-no-film');
  });

  test('that is locked, or damaged, says so', async () => {
    const study = await read('study');
    const locked = Buffer.from(study);
    // The flag of every entry of the directory at its end.
    for (let at = locked.indexOf('PK\x01\x02'); at >= 0; at = locked.indexOf('PK\x01\x02', at + 1))
      locked[at + 8]! |= 1;
    expect(await codeOf(locked)).toBe('zip-locked');
    expect(await codeOf(study.subarray(0, study.length / 2))).toBe('zip-damaged');
  });
});
