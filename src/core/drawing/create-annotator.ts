import { createCanvas, GlobalFonts, loadImage, type SKRSContext2D } from '@napi-rs/canvas';
import sharp from 'sharp';
import { WetreadError } from '../../errors.ts';
import type { Film, NumberedBox } from '../film.ts';
import { altText } from './alt-text.ts';
import type { Annotator, StripText } from './annotator.ts';
import { chipText } from './chip-text.ts';
import { placeChips, type Chip } from './chips.ts';
import { drawChip, drawLeader } from './draw-chip.ts';
import { drawFrame, framesOf, type Frame } from './frame.ts';
import { styleOf } from './palette.ts';
import { areaOf } from './rectangle.ts';
import { sizesFor, type Sizes } from './sizes.ts';
import { drawStrip, layOutStrip } from './strip.ts';

/** Only this family is ever drawn with, so that a picture is the same on every machine. */
const FAMILY = 'Wetread Sans';
/** Sizes of type that are tried until every box has at least its number. */
const SHRINKS = [1, 0.85, 0.7, 0.55, 0.4] as const;
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
  if (GlobalFonts.registerFromPath(font, FAMILY) === null) {
    throw new WetreadError('font-missing');
  }
  return {
    async annotate(film, boxes, strip) {
      const { pixels, width, height } = await draw(film, boxes, strip);
      const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
        .removeAlpha()
        .png(PNG)
        .toBuffer();
      return { png, width, height, altText: altText(boxes, strip) };
    },
  };
};

type Drawn = { readonly pixels: Uint8Array; readonly width: number; readonly height: number };

const draw = async (
  film: Film,
  boxes: readonly NumberedBox[],
  stripText: StripText,
): Promise<Drawn> => {
  const picture = await loadImage(film.png);
  const { sizes, frames, chips } = layOut(film, boxes);
  const strip = layOutStrip(
    stripText,
    legendOf(boxes, chips),
    film.width,
    sizes.stripType,
    measureIn(sizes.stripType),
  );
  const height = film.height + strip.height;
  const canvas = createCanvas(film.width, height);
  const context = canvas.getContext('2d');
  context.drawImage(picture, 0, 0);
  drawBoxes(context, frames, chips, sizes);
  context.font = fontOf(sizes.stripType);
  drawStrip(context, strip, film.height, film.width);
  const { data } = context.getImageData(0, 0, film.width, height);
  return {
    pixels: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: film.width,
    height,
  };
};

export type Layout = {
  readonly sizes: Sizes;
  readonly frames: readonly Frame[];
  readonly chips: readonly Chip[];
};

/** Where everything goes. Type shrinks only where a small film has many boxes. */
export const layOut = (
  film: Pick<Film, 'width' | 'height'>,
  boxes: readonly NumberedBox[],
): Layout => {
  const labels = new Map(boxes.map((box) => [box.number, chipText(box)]));
  for (const shrink of SHRINKS) {
    const sizes = sizesFor(film, shrink);
    const frames = framesOf(boxes, film, sizes);
    const chips = placeChips({ frames, labels, film, sizes, measure: measureIn(sizes.type) });
    if (chips !== null) return { sizes, frames, chips };
  }
  // A film of a few dozen pixels with dozens of boxes: the strip names them.
  const sizes = sizesFor(film);
  return { sizes, frames: framesOf(boxes, film, sizes), chips: [] };
};

/** Large frames first, so that small ones lie on top; chips over all frames. */
const drawBoxes = (
  context: SKRSContext2D,
  frames: readonly Frame[],
  chips: readonly Chip[],
  sizes: Sizes,
): void => {
  for (const frame of frames.toSorted((a, b) => areaOf(b.outer) - areaOf(a.outer))) {
    drawFrame(context, frame, styleOf(frame.number), sizes);
  }
  context.font = fontOf(sizes.type);
  for (const { number, leader } of chips) {
    if (leader !== null) drawLeader(context, leader, styleOf(number).colour, sizes);
  }
  for (const chip of chips) drawChip(context, chip, styleOf(chip.number).colour, sizes);
};

/** Boxes whose chips say less than their label, for the strip: "1, 3 right nodule". */
const legendOf = (boxes: readonly NumberedBox[], chips: readonly Chip[]): readonly string[] => {
  const shown = new Map(chips.map(({ number, label }) => [number, label]));
  const numbers = new Map<string, number[]>();
  for (const box of boxes) {
    const label = chipText(box);
    if (label === shown.get(box.number)) continue;
    numbers.set(label, [...(numbers.get(label) ?? []), box.number]);
  }
  return [...numbers].map(([label, of]) => `${of.join(', ')} ${label}`);
};

const fontOf = (type: number): string => `${type}px "${FAMILY}"`;

const ruler = createCanvas(1, 1).getContext('2d');

const measureIn =
  (type: number) =>
  (text: string): number => {
    ruler.font = fontOf(type);
    return ruler.measureText(text).width;
  };
