import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { drawIdentifier } from '../../bench/text-gate/draw-identifier.ts';
import { createRandom } from './random.ts';

const NAME_ON_FILM = 'OKONKWO, ANNA 12.03.1956';

/** A film with a patient's name in the picture, as PNG bytes: what a PACS shows. */
export const namedFilm = async (
  name = 'nih-00000001_000-pa',
  text: string = NAME_ON_FILM,
): Promise<Buffer> => {
  const { data, info } = await sharp(await readFile(`assets/films/${name}.png`))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const film = { data, width: info.width, height: info.height };
  const drawing = { text, font: 'Arimo', size: 20, style: 'boxed', turns: 0 } as const;
  const { width, height } = info;
  const marked = drawIdentifier(film, drawing, createRandom(5)).film.data;
  return sharp(marked, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
};
