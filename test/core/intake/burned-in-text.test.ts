import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, test } from 'vitest';
import { createChestGate } from '../../../src/core/gate/chest-gate.ts';
import { readGateWeights } from '../../../src/core/gate/weights.ts';
import { createIntake, type IntakeResult } from '../../../src/core/intake/intake.ts';
import type { TextPolicy } from '../../../src/core/intake/privacy-gate.ts';
import { redactPicture } from '../../../src/core/intake/redact-picture.ts';
import { createTextGate } from '../../../src/core/text-gate/create-text-gate.ts';
import type { FoundText, TextGate } from '../../../src/core/text-gate/text-gate.ts';
import { createLogger } from '../../../src/log.ts';
import { namedFilm } from '../../support/named-film.ts';

const TIMEOUT_MS = 60_000;
const FILM = await readFile('assets/films/nih-00000001_000-pa.png');
const chestGate = createChestGate(await readGateWeights());
const open = { choose: undefined };

/** Finds what it is told to. */
const finding = (...found: FoundText[]): TextGate => ({
  find: async () => found,
  close: async () => undefined,
});
const PLACE = { x1: 20, y1: 10, x2: 120, y2: 30 };
const NAME: FoundText = { kind: 'patient-data', box: PLACE };
const TEXT: FoundText = { kind: 'text', box: PLACE };
const MARKER: FoundText = { kind: 'marker', marker: 'side', box: PLACE };

const intakeWith = (textGate: TextGate, textPolicy: TextPolicy = 'mask') =>
  createIntake({ gate: chestGate, textGate, textPolicy });

const codesOf = (result: IntakeResult) =>
  result.outcome === 'accepted'
    ? result.notices.map(({ code }) => code)
    : result.event.options.map(({ code }) => code);

/** The grey of a pixel in the middle of PLACE. */
const greyThere = async (png: Uint8Array): Promise<number> => {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return data[(20 * info.width + 70) * info.channels]!;
};

const questionOf = (result: IntakeResult) => {
  if (result.outcome !== 'question') throw new Error('no question');
  return result;
};

describe('text that is no marker', () => {
  test('is black in the film, and every reply says so, and how often, not what it said', async () => {
    const result = await intakeWith(finding(TEXT)).take(FILM, open);
    expect(result.outcome).toBe('accepted');
    expect(codesOf(result)).toEqual(['text-masked']);
    expect(await greyThere(result.film.png)).toBe(0);
    expect(result.outcome === 'accepted' && result.notices[0]?.text).toMatch(/\(1 place\)/);
  });

  test('is said to cover lung, perhaps, where it is not surely beside it', async () => {
    const middle = { ...TEXT, box: { x1: 200, y1: 240, x2: 300, y2: 260 } };
    const [inside, beside] = await Promise.all([
      intakeWith(finding(middle)).take(FILM, open),
      intakeWith(finding({ ...TEXT, box: { x1: 20, y1: 2, x2: 120, y2: 12 } })).take(FILM, open),
    ]);
    const wordsOf = (result: IntakeResult) =>
      result.outcome === 'accepted' ? result.notices.map(({ text }) => text).join(' ') : '';
    expect(wordsOf(inside)).toMatch(/may cover part of the lungs/);
    expect(wordsOf(beside)).not.toMatch(/lung/);
  });

  test('may be blocked by a setting: such a film is refused', async () => {
    await expect(intakeWith(finding(TEXT), 'block').take(FILM, open)).rejects.toMatchObject({
      code: 'text-in-picture',
    });
    expect((await intakeWith(finding(MARKER), 'block').take(FILM, open)).outcome).toBe('accepted');
  });

  test('may be left by a setting, which the reply says', async () => {
    const result = await intakeWith(finding(NAME), 'warn').take(FILM, open);
    expect(codesOf(result)).toEqual(['text-not-masked']);
    expect(await greyThere(result.film.png)).not.toBe(0);
  });
});

test('a marker stays, and nothing is said of it', async () => {
  const result = await intakeWith(finding(MARKER)).take(FILM, open);
  expect(codesOf(result)).toEqual([]);
  expect(await greyThere(result.film.png)).not.toBe(0);
});

describe('what looks like patient data', () => {
  test('is masked, and the masked film is shown to be confirmed, to nobody but its sender', async () => {
    const result = questionOf(await intakeWith(finding(NAME)).take(FILM, open));
    expect(codesOf(result)).toEqual(['masked']);
    expect(result.event).toMatchObject({ private: true, refused: false });
    expect(await greyThere(result.film.png)).toBe(0);
    expect(await greyThere(result.event.picture?.png ?? new Uint8Array())).toBe(0);
  });

  test('is read once that is confirmed, without a second search, and the masks stay told', async () => {
    const { film, before } = questionOf(await intakeWith(finding(NAME)).take(FILM, open));
    const blind: TextGate = {
      find: async () => {
        throw new Error('searched again');
      },
      close: async () => undefined,
    };
    const result = await intakeWith(blind).take(film.png, { choose: 'masked', before });
    expect(result.film.sha256).toBe(film.sha256);
    expect(codesOf(result)).toEqual(['text-masked']);
  });

  test('is asked about once more where the answer says nothing of the mask', async () => {
    const { film, before } = questionOf(await intakeWith(finding(NAME)).take(FILM, open));
    const result = await intakeWith(finding()).take(film.png, { choose: 'read', before });
    expect(codesOf(result)).toEqual(['masked']);
  });

  test('can be confirmed beforehand, by a program', async () => {
    const result = await intakeWith(finding(NAME)).take(FILM, { choose: 'masked' });
    expect(codesOf(result)).toEqual(['text-masked']);
  });

  test('and a film that lies the wrong way are one question, answered by one choice', async () => {
    const upsideDown = await sharp(FILM).rotate(180).png().toBuffer();
    const intake = intakeWith(finding(NAME));
    const asked = questionOf(await intake.take(upsideDown, open));
    expect(codesOf(asked)).toEqual(['masked-turn', 'masked-as-is']);
    expect(asked.event.question).toMatch(/masked.*upside down/s);
    const { film, before } = asked;
    const turned = await intake.take(film.png, { choose: 'masked-turn', before });
    expect(codesOf(turned)).toEqual(['text-masked', 'film-turned']);
    const whole = await intake.take(upsideDown, { choose: 'masked-turn' });
    expect(whole.film.sha256).toBe(turned.film.sha256);
    expect(codesOf(questionOf(await intake.take(upsideDown, { choose: 'masked' })))).toEqual([
      'masked-turn',
      'masked-as-is',
    ]);
  });

  test('and what is hardly a chest film, a photograph of a screen say, are one question', async () => {
    const flat = await sharp({
      create: { width: 300, height: 300, channels: 3, background: '#808080' },
    })
      .png()
      .toBuffer();
    const asked = questionOf(await intakeWith(finding(NAME)).take(flat, open));
    expect(codesOf(asked)).toEqual(['masked-read']);
    expect(asked.event).toMatchObject({ private: true, refused: true });
  });
});

describe('a real name on a real film', () => {
  const textGate = createTextGate({ threads: 1, logger: createLogger('silent') });
  afterAll(() => textGate.close());

  test(
    'is masked before anything is made of the picture, and cannot be found in it any more',
    async () => {
      const result = questionOf(await intakeWith(textGate).take(await namedFilm(), open));
      expect(result.event.private).toBe(true);
      const again = await intakeWith(textGate).take(result.film.png, open);
      expect(again.outcome).toBe('accepted');
      expect(codesOf(again)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'redacting a file says where and how much, and that a person should look',
    async () => {
      const marked = await namedFilm('hannover-1663b242-ap');
      const { masked, kept, question } = await redactPicture(marked, textGate);
      expect(question).toBe(true);
      expect(masked.length).toBeGreaterThan(0);
      expect(kept.map(({ kind }) => kind)).toContain('position');
    },
    TIMEOUT_MS,
  );
});
