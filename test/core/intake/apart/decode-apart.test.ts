import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { decodeApart } from '../../../../src/core/intake/apart/decode-apart.ts';
import { writeDicom } from '../../../support/write-dicom.ts';

const film = await readFile('test/fixtures/dicom/jpeg-2000.dcm');

test('only pixels and remarks come out of the thread', async () => {
  const decoded = await decodeApart({ format: 'dicom', bytes: film });
  expect(Object.keys(decoded)).toEqual(['pixels', 'remarks']);
  expect(Object.keys(decoded.pixels)).toEqual(['data', 'width', 'height', 'channels']);
  // The caller's bytes are still there.
  expect(film.length).toBeGreaterThan(0);
});

test('a file that takes too long is given up', async () => {
  await expect(decodeApart({ format: 'dicom', bytes: film }, 1)).rejects.toMatchObject({
    code: 'picture-too-slow',
  });
});

test('a file of millions of elements is refused long before they fill a thread, and the next one is read', async () => {
  // Empty ones, each of its own name: three times what the heap of a thread holds, which would end the process.
  const many = Buffer.alloc(6_000_000 * 8);
  for (let i = 0; i < many.length / 8; i++) {
    many.writeUInt16LE(0x0009 + 2 * (i >> 16), i * 8);
    many.writeUInt16LE(i & 0xffff, i * 8 + 2);
    many.write('LO', i * 8 + 4, 'latin1');
  }
  const start = writeDicom({ width: 1, height: 1, values: [1] });
  const bomb = Buffer.concat([start.subarray(0, start.indexOf('DX') + 2), many]);
  await expect(decodeApart({ format: 'dicom', bytes: bomb })).rejects.toMatchObject({
    code: 'picture-damaged',
  });
  await expect(decodeApart({ format: 'dicom', bytes: film })).resolves.toBeDefined();
}, 60_000);

test('what a refusal says is from the table, never from the file', async () => {
  const named = writeDicom({
    width: 1,
    height: 1,
    values: [1],
    elements: [
      ['00100010', 'PN', 'NACHNAME^VORNAME'],
      ['00080060', 'CS', 'NACHNAME'],
    ],
  });
  const error = (await decodeApart({ format: 'dicom', bytes: named }).catch(
    (e: unknown) => e,
  )) as Error;
  expect(JSON.stringify([error.message, error.stack, error, String(error.cause)])).not.toContain(
    'NACHNAME',
  );
});
