import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake } from '../../../src/core/intake/intake.ts';
import { NO_TEXT } from '../../support/no-text.ts';
import type { Film } from '../../support/discord/world.ts';
import { openStage, SENTENCES } from './stage.ts';

const intake = createIntake({
  gate: createChestGate(await readGateWeights()),
  textGate: NO_TEXT,
  textPolicy: 'mask',
});
const filmOf = async (file: string, how: Omit<Film, 'bytes'>): Promise<Film> => ({
  bytes: await readFile(`test/fixtures/${file}`),
  ...how,
});

const KINDS = [
  ['a DICOM file', 'dicom/jpeg-ls.dcm', 'film.dcm', 'application/dicom'],
  ['a DICOM file without an extension', 'dicom/explicit-m1-12.dcm', 'IM0001', undefined],
  ['a DICOM file that says that it is a text', 'dicom/no-preamble.dcm', 'IM0002', 'text/plain'],
  ['a zip of a study', 'dicom/study.zip', 'study.zip', 'application/zip'],
  ['a HEIC photo', 'heic/film.heic', 'IMG_0001.HEIC', 'image/heic'],
] as const;

describe.each(KINDS)('%s', { timeout: 60_000 }, (_, file, name, type) => {
  const film = () => filmOf(file, { name, ...(type === undefined ? {} : { type }) });

  test('is read from a message', async () => {
    const stage = await openStage({ intake });
    const { discord } = stage;
    const text = `${discord.mention} How is the heart?`;
    const channel = discord.channel('teaching');
    const by = discord.user('resident');
    const thread = await stage.caseOf(discord.post({ by, channel, text, films: [await film()] }));
    expect(stage.says(thread)).toEqual([SENTENCES.heart]);
  });

  test('is read as the option of a command', async () => {
    const stage = await openStage({ intake });
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const options = { film: await film(), question: 'How is the heart?' };
    discord.command(discord.user('resident'), channel, 'read', options);
    const [head] = await stage.answered(channel, 1);
    expect(stage.says(await stage.caseOf(head?.id ?? ''))).toEqual([SENTENCES.heart]);
  });

  test('is read from the menu of its message', async () => {
    const stage = await openStage({ intake });
    const { discord } = stage;
    const channel = discord.channel('teaching');
    const films = [await film()];
    const message = discord.post({ by: discord.user('teacher'), channel, films });
    discord.menu(discord.user('resident'), message, 'Read this X-ray');
    await stage.caseOf(message);
    expect(stage.questions[0]).toMatch(/report/i);
  });
});

test(
  'a zip beside a picture is looked into, a paper beside one is not',
  { timeout: 60_000 },
  async () => {
    const stage = await openStage();
    const { discord } = stage;
    const bytes = (text: string) => new TextEncoder().encode(text);
    const films = [
      { bytes: bytes('one'), name: 'one.png' },
      { bytes: bytes('two'), name: 'two.zip', type: 'application/zip' },
      { bytes: bytes('three'), name: 'three.pdf', type: 'application/pdf' },
    ];
    const text = `${discord.mention} How is the heart?`;
    const channel = discord.channel('teaching');
    await stage.caseOf(discord.post({ by: discord.user('resident'), channel, text, films }));
    expect(stage.films.toSorted()).toEqual(['one', 'two']);
  },
);

test('a lateral is refused by what it is', { timeout: 60_000 }, async () => {
  const stage = await openStage({ intake });
  const { discord } = stage;
  const films = [await filmOf('dicom/lateral.zip', { name: 'l.zip', type: 'application/zip' })];
  const text = `${discord.mention} How is the heart?`;
  const channel = discord.channel('teaching');
  const message = discord.post({ by: discord.user('resident'), channel, text, films });
  const thread = await stage.caseOf(message);
  expect(stage.says(thread)).toEqual([expect.stringMatching(/lateral film.*frontal/)]);
});
