import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeFile } from '../../../src/core/intake/decode-file.ts';

const film = await readFile('test/fixtures/heic/film.heic');
const photo = await readFile('test/fixtures/heic/photo-of-screen.heic');

describe('a HEIC photo', () => {
  test('is read as the film that it is of', async () => {
    const { pixels } = await decodeFile(film);
    const original = await sharp(await readFile('assets/films/hannover-1663b242-ap.png'))
      .resize(pixels.width, pixels.height, { fit: 'fill' })
      .toColourspace('b-w')
      .raw()
      .toBuffer();
    const grey = pixels.data.filter((_, i) => i % pixels.channels === 0);
    const off = grey.reduce((sum, value, i) => sum + Math.abs(value - original[i]!), 0);
    expect(off / grey.length).toBeLessThan(4);
  });

  test('that was taken sideways is upright, and turned only once', async () => {
    const { pixels, removed } = await decodeFile(photo);
    // It is kept on its side, both by its boxes and by EXIF.
    expect([pixels.width, pixels.height]).toEqual([480, 388]);
    expect(removed).toContain('exif');
  });

  test('that promises more pixels than any camera has is refused before it is decoded', async () => {
    const forged = Buffer.from(film);
    const at = forged.indexOf('ispe') + 8;
    forged.writeUInt32BE(40_000, at);
    forged.writeUInt32BE(40_000, at + 4);
    await expect(decodeFile(forged)).rejects.toMatchObject({ code: 'picture-too-large' });
  });

  test('of several pictures is refused, as the file does not say which is meant', async () => {
    const several = await readFile('test/fixtures/heic/two-photos.heic');
    await expect(decodeFile(several)).rejects.toMatchObject({ code: 'picture-animated' });
  });

  test('that is cut short is refused', async () => {
    await expect(decodeFile(film.subarray(0, film.length / 2))).rejects.toMatchObject({
      code: 'picture-damaged',
    });
  });
});
