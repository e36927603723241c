import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Grey } from '../../src/core/gate/grey.ts';
import { turnPixels } from '../../src/core/pixels.ts';
import { createRandom } from '../../test/support/random.ts';
import {
  drawIdentifier,
  FONTS,
  SIZES,
  STYLES,
  TURNS,
  type Drawing,
  type Marked,
} from './draw-identifier.ts';
import { makeIdentifier } from './identifiers.ts';

const FOLDERS = ['assets/films', 'test/fixtures/phantoms'] as const;
/** One picture of so many is as large as a detector's, with letters twice as large. */
const LARGE_EVERY = 6;
const LARGE_SIDE = 2_000;

export type Case = Marked & {
  readonly drawing: Drawing;
  /** As large as a detector's. */
  readonly large: boolean;
};

const filmFiles = async (): Promise<readonly (readonly string[])[]> =>
  Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(folder))
        .filter((name) => name.endsWith('.png'))
        .toSorted()
        .map((name) => join(folder, name)),
    ),
  );

const readGrey = async (file: string, longest?: number): Promise<Grey> => {
  // Intake lets no file be opened by name.
  const picture = sharp(await readFile(file)).greyscale();
  const sized =
    longest === undefined
      ? picture
      : picture.resize({ width: longest, height: longest, fit: 'inside' });
  const { data, info } = await sized.raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

/** Pictures with an identifier each: films and phantoms by turns; fonts take turns, too; size, style and direction are drawn. */
export async function* markedFilms(count: number, seed: number): AsyncGenerator<Case> {
  const random = createRandom(seed);
  const [films = [], phantoms = []] = await filmFiles();
  for (let index = 0; index < count; index++) {
    const from = index % 2 === 0 ? films : phantoms;
    const file = from[(index >> 1) % from.length]!;
    const isLarge = index % LARGE_EVERY === LARGE_EVERY - 1;
    const film = await readGrey(file, isLarge ? LARGE_SIDE : undefined);
    const drawing: Drawing = {
      text: makeIdentifier(index, random),
      font: FONTS[index % FONTS.length]!,
      size: SIZES[random.below(SIZES.length)]! * (isLarge ? 2 : 1),
      style: STYLES[random.below(STYLES.length)]!,
      turns: TURNS[random.below(TURNS.length)]!,
    };
    yield { ...drawIdentifier(film, drawing, random), drawing, large: isLarge };
  }
}

/** The same films and phantoms without an identifier: as they are, upside down, on their side, and large. */
export async function* cleanFilms(): AsyncGenerator<Grey> {
  for (const file of (await filmFiles()).flat()) {
    const film = await readGrey(file);
    yield film;
    for (const turns of [1, 2])
      yield turnPixels({ ...film, channels: 1 }, { turns, inverted: false });
    yield readGrey(file, LARGE_SIDE);
  }
}
