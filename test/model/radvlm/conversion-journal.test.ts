import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConversionJournal, JOURNAL_FILE } from '../../../src/model/radvlm/conversion-journal.ts';
import { createTemporaryFolder } from './spoilt-checkpoint.ts';

const folder = await createTemporaryFolder();
const error = {
  tensor: 'head.weight',
  bits: 4,
  block: 64,
  elements: 100,
  largest: 0.1,
  mean: 0.01,
  relative: 0.08,
};

test('a journal is read as far as it was written', async () => {
  const journal = await ConversionJournal.begin(folder, 'key');
  await journal.add({ file: 'a', units: 2, errors: [error] });
  await appendFile(join(folder, JOURNAL_FILE), '\n{"file":"a","units":3,"err');

  const resumed = await ConversionJournal.resume(folder, 'key');
  expect([resumed?.unitsOf('a'), resumed?.unitsOf('b')]).toEqual([2, 0]);
  expect(resumed?.errors).toEqual([error]);

  await resumed?.add({ file: 'a', units: 4, errors: [] });
  const again = await ConversionJournal.resume(folder, 'key');
  expect(again?.unitsOf('a')).toBe(4);
  expect(again?.errors).toEqual([error]);
});

test('of another conversion, or of none, there is none to go on with', async () => {
  expect(await ConversionJournal.resume(folder, 'other')).toBe(undefined);
  expect(await ConversionJournal.resume(join(folder, 'nowhere'), 'key')).toBe(undefined);
});
