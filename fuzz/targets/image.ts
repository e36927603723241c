import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { openDecodeTarget } from '../decode-target.ts';
import type { OpenTarget } from '../target.ts';

const ROOT = join(import.meta.dirname, '../..');
const FILM = join(ROOT, 'assets/films/hannover-1663b242-ap.png');
const HEIC = join(ROOT, 'test/fixtures/heic');
/** Small, so that more runs fit an hour; what breaks a decoder is in the headers. Pixels. */
const WIDTH = 200;

/** A film as PNG of 8 and 16 bits and as JPEG with EXIF, and HEIC photographs. */
export const open: OpenTarget = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-fuzz-'));
  try {
    const film = sharp(FILM).resize(WIDTH);
    const exif = { IFD0: { ImageDescription: 'NACHNAME^VORNAME', Orientation: '6' } };
    const files: Record<string, Promise<Buffer>> = {
      'grey.png': film.clone().toColourspace('b-w').png().toBuffer(),
      'grey16.png': film.clone().toColourspace('grey16').png().toBuffer(),
      'film.jpg': film.clone().withExif(exif).jpeg().toBuffer(),
      'progressive.jpg': film.clone().jpeg({ progressive: true }).toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files))
      await writeFile(join(folder, name), await bytes);
    const heic = (await readdir(HEIC)).filter((name) => name.endsWith('.heic'));
    return await openDecodeTarget([
      ...Object.keys(files).map((name) => join(folder, name)),
      ...heic.map((name) => join(HEIC, name)),
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
};
