import { createCanvas, ImageData } from '@napi-rs/canvas';
import sharp from 'sharp';
import type { Film } from '../film.ts';
import type { Picture } from '../reply.ts';
import { INK, PAPER } from './palette.ts';

/** Films small and side by side, each with the number that people name it by. */
export type NumberedFilm = { readonly number: number; readonly film: Pick<Film, 'png'> };

/** Pixels: the square that a film is fitted into, what is between two, and the line of type above each. */
const CELL = 320;
const GAP = 12;
const CAPTION = 32;
const TYPE = 20;
/** More beside each other are too small to tell apart in a chat. */
const MOST_IN_A_ROW = 3;
/** A sheet shows what was sent, and no reading of it. */
const STRIP = 'Not read yet. Not for clinical use.';

/** `font`: the family that everything is drawn with, registered already. */
export const drawContactSheet = async (
  films: readonly NumberedFilm[],
  font: string,
): Promise<Picture> => {
  const columns = Math.min(MOST_IN_A_ROW, films.length);
  const rows = Math.ceil(films.length / columns);
  const width = GAP + columns * (CELL + GAP);
  const height = GAP + rows * (CAPTION + CELL + GAP) + CAPTION;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = INK;
  context.fillRect(0, 0, width, height);
  context.fillStyle = PAPER;
  context.font = `${TYPE}px "${font}"`;
  context.textBaseline = 'middle';
  for (const [at, { number, film }] of films.entries()) {
    const left = GAP + (at % columns) * (CELL + GAP);
    const top = GAP + Math.floor(at / columns) * (CAPTION + CELL + GAP);
    context.fillText(`Film ${number}`, left, top + CAPTION / 2);
    const small = await smallOf(film);
    const x = left + Math.floor((CELL - small.width) / 2);
    const y = top + CAPTION + Math.floor((CELL - small.height) / 2);
    context.putImageData(new ImageData(small.data, small.width, small.height), x, y);
  }
  context.fillText(STRIP, GAP, height - CAPTION / 2);
  const raw = { width, height, channels: 4 } as const;
  const png = await sharp(canvas.data(), { raw }).removeAlpha().png().toBuffer();
  const numbers = films.map(({ number }) => number).join(', ');
  return { png, width, height, altText: `The films that were sent, side by side: ${numbers}.` };
};

/** RGBA, fitted into a cell. */
const smallOf = async ({ png }: Pick<Film, 'png'>) => {
  const { data, info } = await sharp(png)
    .resize(CELL, CELL, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data: new Uint8ClampedArray(data), width: info.width, height: info.height };
};
