import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  createChestGate,
  type ChestGate,
  type Verdict,
} from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { decodeFile } from '../../../src/core/intake/decode-file.ts';
import { createIntake, type IntakeResult } from '../../../src/core/intake/intake.ts';
import { writeFilm } from '../../../src/core/intake/write-film.ts';
import { turnPixels, type Way } from '../../../src/core/pixels.ts';
import { NO_TEXT } from '../../support/no-text.ts';
import { writeDicom, type Written, type WrittenFile } from '../../support/write-dicom.ts';

const intake = createIntake({
  gate: createChestGate(await readGateWeights()),
  textGate: NO_TEXT,
  textPolicy: 'mask',
});
const bytes = await readFile('assets/films/hannover-1663b242-ap.png');
const { pixels } = await decodeFile(bytes);

/** The film as somebody might hold it. */
const held = async (way: Way) => (await writeFilm(turnPixels(pixels, way))).png;
/** Whether it has exactly the pixels of the film as it is. */
const isOriginal = async (png: Uint8Array) => {
  const { data, width } = (await decodeFile(png)).pixels;
  return width === pixels.width && Buffer.from(data).equals(pixels.data);
};
const open = { choose: undefined };
const noticesOf = (result: IntakeResult) =>
  result.outcome === 'accepted' ? result.notices : undefined;
const eventOf = (result: IntakeResult) =>
  result.outcome === 'question' ? result.event : undefined;

describe('a chest film', () => {
  test('is taken as it is', async () => {
    const { outcome, film } = await intake.take(bytes, open);
    expect(outcome).toBe('accepted');
    expect(film).toMatchObject({ width: 640, height: 524, channels: 1 });
    expect(film.sha256).toBe(createHash('sha256').update(pixels.data).digest('hex'));
    expect(await isOriginal(film.png)).toBe(true);
  });

  test('has one name, however it was stored', async () => {
    const rgb = await sharp(bytes).toColourspace('srgb').webp({ lossless: true }).toBuffer();
    const names = [bytes, rgb, (await intake.take(bytes, open)).film.png].map(
      async (file) => (await intake.take(file, open)).film,
    );
    const [first, ...others] = await Promise.all(names);
    for (const film of others) {
      expect(film.sha256).toBe(first?.sha256);
      expect(Buffer.from(film.png).equals(first!.png)).toBe(true);
    }
  });

  test('keeps nothing of its file but the pixels', async () => {
    const told = await sharp(bytes)
      .withExif({ IFD0: { ImageDescription: 'SURNAME^GIVEN' } })
      .withIccProfile('p3')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await sharp(told).metadata()).exif?.includes('SURNAME')).toBe(true);
    const { film } = await intake.take(told, open);
    const kept = await sharp(film.png).metadata();
    expect([kept.exif, kept.icc, kept.xmp, kept.orientation, kept.comments]).toEqual(
      Array(5).fill(undefined),
    );
    expect(Buffer.from(film.png).includes('SURNAME')).toBe(false);
  });

  test('in colour, as a photograph of a screen is, stays in colour', async () => {
    const { width, height, data } = pixels;
    const tinted = await writeFilm({
      width,
      height,
      channels: 3,
      data: Uint8Array.from(
        { length: data.length * 3 },
        (_, i) => data[Math.floor(i / 3)]! * (i % 3 === 2 ? 0.8 : 1),
      ),
    });
    const { outcome, film } = await intake.take(tinted.png, open);
    expect([outcome, film.channels]).toEqual(['accepted', 3]);
  });
});

describe('a film that lies wrong', () => {
  test.each([
    [{ turns: 2, inverted: false }, 'upside down', 'turned half round', 'Turn it and read'],
    [
      { turns: 1, inverted: false },
      'on its side',
      'turned a quarter to the left',
      'Turn it and read',
    ],
    [
      { turns: 3, inverted: false },
      'on its side',
      'turned a quarter to the right',
      'Turn it and read',
    ],
    [{ turns: 0, inverted: true }, 'inverted', 'inverted', 'Invert it and read'],
    [
      { turns: 2, inverted: true },
      'upside down and inverted',
      'turned half round and inverted',
      'Turn and invert it and read',
    ],
  ])('%o is asked about, and shown as it would be read', async (way, lies, done, option) => {
    const event = eventOf(await intake.take(await held(way), open));
    expect(event).toMatchObject({
      type: 'choices',
      refused: false,
      picture: { width: 640, height: 524 },
    });
    expect(event?.question).toContain(`It seems to be ${lies}`);
    expect(event?.options.map(({ code, text }) => [code, text])).toEqual([
      ['turn', option],
      ['as-is', 'Read it as it is'],
    ]);
    expect(event?.picture?.altText).toContain(done);
    expect(await isOriginal(event!.picture!.png)).toBe(true);
  });

  test('is corrected when that is chosen, and the reply says so', async () => {
    const result = await intake.take(await held({ turns: 1, inverted: true }), { choose: 'turn' });
    expect(result.film.sha256).toBe((await writeFilm(pixels)).sha256);
    expect(noticesOf(result)).toEqual([
      {
        code: 'film-turned',
        text: 'The film was turned a quarter to the left and inverted before it was read; boxes refer to the film so corrected.',
      },
    ]);
  });

  test('is read as it is when that is chosen, and the reply says so', async () => {
    const upsideDown = await held({ turns: 2, inverted: false });
    const result = await intake.take(upsideDown, { choose: 'as-is' });
    expect(Buffer.from(result.film.png).equals(upsideDown)).toBe(true);
    expect(noticesOf(result)?.map(({ code }) => code)).toEqual(['film-as-is']);
  });

  test('is still asked about when the choice is none of those offered', async () => {
    expect(
      (await intake.take(await held({ turns: 2, inverted: false }), { choose: 'read' })).outcome,
    ).toBe('question');
  });

  test('goes on from the question with the film that came with it', async () => {
    const question = await intake.take(await held({ turns: 3, inverted: false }), open);
    const answered = await intake.take(question.film.png, { choose: 'turn' });
    expect([answered.outcome, answered.film.sha256]).toEqual([
      'accepted',
      (await writeFilm(pixels)).sha256,
    ]);
  });
});

describe('a picture that is no chest film', () => {
  const ramp = sharp(
    Uint8Array.from({ length: 90_000 }, (_, i) => i % 256),
    { raw: { width: 300, height: 300, channels: 1 } },
  );

  test('is refused with a sentence and a way out', async () => {
    const event = eventOf(await intake.take(await ramp.png().toBuffer(), open));
    expect(event).toMatchObject({ refused: true, picture: null, options: [{ code: 'read' }] });
    expect(event?.question).toContain('does not look like a frontal chest film');
  });

  test('is read when that is chosen, and every reply says so', async () => {
    const result = await intake.take(await ramp.png().toBuffer(), { choose: 'read' });
    expect(noticesOf(result)?.map(({ code }) => code)).toEqual(['gate-overruled']);
  });

  test('is not turned by a choice', async () => {
    expect((await intake.take(await ramp.png().toBuffer(), { choose: 'turn' })).outcome).toBe(
      'question',
    );
  });

  test.each([
    [63, 400],
    [400, 63],
    [1, 1],
  ])('nor big enough, at %i x %i, is refused for good', async (width, height) => {
    const small = await ramp.clone().resize(width, height, { fit: 'fill' }).png().toBuffer();
    await expect(intake.take(small, { choose: 'read' })).rejects.toMatchObject({
      code: 'picture-too-small',
    });
  });
});

test('whoever wants the model alone has any picture taken as it is, without a word about it', async () => {
  const turned = await held({ turns: 2, inverted: false });
  const result = await intake.take(turned, { choose: undefined, ungated: true });
  expect([result.outcome, noticesOf(result)]).toEqual(['accepted', []]);
  expect(result.film.sha256).not.toBe((await intake.take(bytes, open)).film.sha256);
});

describe('a film that the gate is not sure of', () => {
  const unsure: Verdict = {
    decision: 'ask',
    way: { turns: 0, inverted: false },
    score: 0,
    scores: [0],
  };
  const gate: ChestGate = { judge: () => unsure };

  test('is asked about', async () => {
    const event = eventOf(
      await createIntake({ gate, textGate: NO_TEXT, textPolicy: 'mask' }).take(bytes, open),
    );
    expect(event).toMatchObject({ refused: false, picture: null, options: [{ code: 'read' }] });
  });

  test('is read when that is chosen, and every reply says so', async () => {
    const result = await createIntake({ gate, textGate: NO_TEXT, textPolicy: 'mask' }).take(bytes, {
      choose: 'read',
    });
    expect(noticesOf(result)?.map(({ code }) => code)).toEqual(['gate-overruled']);
  });
});

test('a broken file fails with its code', async () => {
  await expect(intake.take(bytes.subarray(0, 5000), open)).rejects.toMatchObject({
    code: 'picture-damaged',
  });
});

test('a HEIC photograph of a screen is read, or asked about, and never refused', async () => {
  const photo = await readFile('test/fixtures/heic/photo-of-screen.heic');
  const result = await intake.take(photo, open);
  expect(eventOf(result)?.refused ?? false).toBe(false);
  // Tinted, as it was taken; what EXIF said of it is gone.
  expect(result).toMatchObject({ film: { channels: 3 }, removed: ['exif'] });
  expect(Buffer.from(result.film.png).includes('NACHNAME')).toBe(false);
});

describe('a DICOM film', () => {
  const width = pixels.width;
  const height = pixels.height;
  const values = [...pixels.data].map((value) => value * 16);
  const window: readonly Written[] = [
    ['00281050', 'DS', '2040.5'],
    ['00281051', 'DS', '4081'],
  ];
  const write = (elements: readonly Written[] = [], file: Partial<WrittenFile> = {}) =>
    writeDicom({ width, height, values, elements: [...window, ...elements], ...file });

  test('is the film that it shows, and keeps nothing of its file but that', async () => {
    const named: Written = ['00100010', 'PN', 'NACHNAME^VORNAME'];
    const result = await intake.take(write([named]), open);
    expect(result).toMatchObject({ outcome: 'accepted', notices: [], removed: ['dicom-elements'] });
    expect(await isOriginal(result.film.png)).toBe(true);
    expect(JSON.stringify(result)).not.toContain('NACHNAME');
    expect(Buffer.from(result.film.png).includes('NACHNAME')).toBe(false);
  });

  test('that says that it is mirrored is set the usual way round, and the reply says so', async () => {
    const mirrored = values.map((_, i) => {
      const x = i % width;
      return values[i - x + (width - 1 - x)]!;
    });
    const file = write([['00200020', 'CS', 'R\\F']], { values: mirrored });
    const result = await intake.take(file, open);
    expect(noticesOf(result)?.map(({ code }) => code)).toEqual(['film-mirrored']);
    expect(await isOriginal(result.film.png)).toBe(true);
  });

  test('that contradicts itself about black and white is read as what it looks like', async () => {
    // Labelled MONOCHROME1 although its values are not.
    const shape: Written = ['20500020', 'CS', 'IDENTITY'];
    const result = await intake.take(write([shape], { photometric: 'MONOCHROME1' }), open);
    expect(noticesOf(result)?.map(({ code }) => code)).toEqual(['film-polarity']);
    expect(await isOriginal(result.film.png)).toBe(true);
  });

  test('that is upside down is asked about, with what its file says in the question', async () => {
    const turned = [...turnPixels(pixels, { turns: 2, inverted: false }).data].map((v) => v * 16);
    const question = await intake.take(
      write([['20500020', 'CS', 'INVERSE']], { values: turned }),
      open,
    );
    expect(eventOf(question)?.question).toMatch(/black and white.*upside down/);
  });

  test('that is lateral is refused for good', async () => {
    await expect(
      intake.take(write([['00185101', 'CS', 'LL']]), { choose: 'read' }),
    ).rejects.toMatchObject({ code: 'film-lateral' });
  });
});
