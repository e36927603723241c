import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { NO_TEXT } from '../../support/no-text.ts';
import { openStage, SENTENCES } from './stage.ts';

const gate = createChestGate(await readGateWeights());
const fixture = (name: string) => readFile(`test/fixtures/${name}`);

/** What the thread says about an upload of this kind. */
const say = async (file: string, kind: { name: string; mimetype: string }) => {
  const stage = await openStage({
    intake: createIntake({ gate, textGate: NO_TEXT, textPolicy: 'mask' }),
  });
  const { slack } = stage;
  const channel = slack.channel('chest');
  const thread = slack.post({
    by: slack.user('resident'),
    channel,
    text: `${slack.mention} How is the heart?`,
    films: [{ bytes: await fixture(file), ...kind }],
  });
  await stage.answered(channel, thread, 1, 30_000);
  return stage.says(channel, thread);
};

test.each([
  ['a DICOM file', 'dicom/jpeg-ls.dcm', 'film.dcm', 'application/dicom'],
  [
    'a DICOM file without an extension',
    'dicom/explicit-m1-12.dcm',
    'IM0001',
    'application/octet-stream',
  ],
  ['a DICOM file that says that it is a text', 'dicom/no-preamble.dcm', 'IM0002', 'text/plain'],
  ['a zip of a study', 'dicom/study.zip', 'study.zip', 'application/zip'],
  ['a HEIC photo', 'heic/film.heic', 'IMG_0001.HEIC', 'image/heic'],
])('%s is read', { timeout: 60_000 }, async (_, file, name, mimetype) => {
  expect(await say(file, { name, mimetype })).toEqual([SENTENCES.heart]);
});

test('a lateral is refused by what it is', { timeout: 60_000 }, async () => {
  expect(
    await say('dicom/lateral.zip', { name: 'lateral.zip', mimetype: 'application/zip' }),
  ).toEqual([expect.stringMatching(/lateral film.*frontal/)]);
});
