import sharp from 'sharp';
import type { NumberedBox } from '../../src/core/film.ts';
import { createAnnotator } from '../../src/core/drawing/create-annotator.ts';
import { writeFilm } from '../../src/core/intake/write-film.ts';
import { fontFile } from '../../src/main/open-model.ts';
import { makeLargeFilm } from '../large-film.ts';
import { timeInTurns, type Measurement } from '../measurement.ts';

const ROUNDS = 5;

const boxOn = (film: { width: number; height: number }, number: number): NumberedBox => {
  const left = 0.1 + 0.15 * (number - 1);
  const box = [left, 0.2, left + 0.2, 0.4] as const;
  const [x1, y1, x2, y2] = box;
  return {
    number,
    label: 'pleural effusion',
    box,
    pixels: [
      Math.round(x1 * film.width),
      Math.round(y1 * film.height),
      Math.round(x2 * film.width),
      Math.round(y2 * film.height),
    ],
    side: 'right',
    sentence: 'There is a right pleural effusion.',
  };
};

/** The film of a detector with three boxes and the strip, from its PNG to a PNG; beside sharp reading and writing the same PNG in colour. */
export const measureAnnotation = async (): Promise<Measurement[]> => {
  const { data, info } = await sharp(await makeLargeFilm(2))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const film = await writeFilm({
    data: new Uint8Array(data),
    width: info.width,
    height: info.height,
    channels: 1,
  });
  const annotator = createAnnotator({ font: fontFile() });
  const boxes = [1, 2, 3].map((number) => boxOn(film, number));
  const [ours, theirs] = await timeInTurns(ROUNDS, [
    () => annotator.annotate(film, boxes, { model: 'bench', demo: false }),
    () => sharp(film.png).toColourspace('srgb').png().toBuffer(),
  ]);
  return [
    {
      name: 'annotation, 2,048 x 2,500 film, three boxes',
      value: ours ?? Number.NaN,
      unit: 'ms',
      against: 'sharp reading and writing the film',
      ratio: (ours ?? Number.NaN) / (theirs ?? Number.NaN),
    },
  ];
};
