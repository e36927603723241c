import { readFile } from 'node:fs/promises';
import sharp from 'sharp';

/** Width and height of a detector's film. */
export const LARGE_FILM = { width: 2048, height: 2500 } as const;

/** A small generator (mulberry32), so that every run makes the same films. */
const randomNumbers = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/**
 * One of the openly licensed films enlarged to a detector's size, with a detector's grain (an enlarged picture without
 * any compresses far better than a film does), as PNG bytes. Each seed gives another film, unknown to every cache.
 */
export const makeLargeFilm = async (seed: number): Promise<Buffer> => {
  const { data, info } = await sharp(await readFile('assets/films/hannover-3b46de94-pa.png'))
    .greyscale()
    .resize({ ...LARGE_FILM, fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const random = randomNumbers(seed);
  for (let index = 0; index < data.length; index += info.channels) {
    const grain = Math.round((random() + random() - 1) * 4);
    data[index] = Math.max(0, Math.min(255, (data[index] ?? 0) + grain));
  }
  return sharp(data, { raw: info }).png({ compressionLevel: 3 }).toBuffer();
};
