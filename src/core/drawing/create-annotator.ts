import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import sharp from 'sharp';
import { WetreadError } from '../../errors.ts';
import type { Film } from '../film.ts';
import type { Picture } from '../reply.ts';
import { altText, sheetAltText } from './alt-text.ts';
import type { Annotator } from './annotator.ts';
import { drawContactSheet } from './contact-sheet.ts';
import { drawChip, drawLeader } from './draw-chip.ts';
import { drawFrame } from './frame.ts';
import { drawGridLabels, drawGridLines } from './grid.ts';
import { layOut, layOutSheet, type Layout, type Measure } from './layout.ts';
import { paintTiles, type Pixels } from './paint-tiles.ts';
import { styleOf } from './palette.ts';
import { areaOf } from './rectangle.ts';
import { drawStrip } from './strip.ts';

/** Only this family is ever drawn with, so that a picture is the same on every machine. */
const FAMILY = 'Wetread Sans';
/** Measured on a film of 2,500 x 2,048: 3.5 MB in 0.13 s. Level 6 takes four times as long to save a tenth. */
const PNG = { compressionLevel: 3, adaptiveFiltering: true } as const;

export type AnnotatorParts = {
  /** Path of the font that ships with Wetread. */
  readonly font: string;
};

/**
 * Fails with `font-missing`.
 *
 * Draws with Skia rather than as SVG: intake switches off the decoder of SVG for the whole process, and SVG's text
 * would be set in the machine's fonts.
 *
 * What no line and no chip covers is bit for bit the film. Never drawn: an L or R, or anything else that could be
 * taken for a mark of the film's own.
 */
export const createAnnotator = ({ font }: AnnotatorParts): Annotator => {
  const measure = measureWith(font);
  return {
    async annotate(film, boxes, stripText) {
      const drawn = await paint(film, layOut(film, boxes, stripText, measure));
      return { ...drawn, altText: altText(boxes, stripText) };
    },
    async teachingSheet(film, sheet, stripText) {
      const drawn = await paint(film, layOutSheet(film, sheet, stripText, measure));
      return { ...drawn, altText: sheetAltText(sheet, stripText) };
    },
    contactSheet: (films) => drawContactSheet(films, FAMILY),
  };
};

const paint = async (
  film: Pick<Film, 'png' | 'width' | 'height'>,
  layout: Layout,
): Promise<Omit<Picture, 'altText'>> => {
  const pixels = await pixelsOf(film, layout.strip.height);
  await paintTiles(pixels, layout.touched, (context) => draw(context, film, layout));
  const { data, width, height } = pixels;
  const raw = { width, height, channels: 3 } as const;
  return { png: await sharp(data, { raw }).png(PNG).toBuffer(), width, height };
};

/** Registers the font and measures text in it. */
export const measureWith = (font: string): Measure => {
  if (GlobalFonts.registerFromPath(font, FAMILY) === null) throw new WetreadError('font-missing');
  const context = createCanvas(1, 1).getContext('2d');
  return (text, type) => {
    context.font = fontOf(type);
    return context.measureText(text).width;
  };
};

/** The film with room for the strip under it. */
const pixelsOf = async (film: Pick<Film, 'png'>, stripHeight: number): Promise<Pixels> => {
  const { data, info } = await sharp(film.png)
    .toColourspace('srgb')
    .removeAlpha()
    .extend({ bottom: stripHeight, background: '#000000' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

/** The grid under all; large frames first, so that small ones lie on top; chips over all frames. */
const draw = (
  context: SKRSContext2D,
  film: Pick<Film, 'width' | 'height'>,
  { frames, chips, strip, sizes, grid }: Layout,
): void => {
  if (grid !== undefined) drawGridLines(context, grid, sizes);
  for (const frame of frames.toSorted((a, b) => areaOf(b.outer) - areaOf(a.outer))) {
    drawFrame(context, frame, styleOf(frame.number), sizes);
  }
  for (const { number, leader } of chips) {
    if (leader !== null) drawLeader(context, leader, styleOf(number).colour, sizes);
  }
  if (grid !== undefined) {
    context.font = fontOf(grid.type);
    drawGridLabels(context, grid);
  }
  context.font = fontOf(sizes.type);
  for (const chip of chips) drawChip(context, chip, styleOf(chip.number).colour, sizes);
  context.font = fontOf(sizes.stripType);
  drawStrip(context, strip, film.height, film.width);
};

const fontOf = (type: number): string => `${type}px "${FAMILY}"`;
