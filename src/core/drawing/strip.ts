import type { SKRSContext2D } from '@napi-rs/canvas';
import type { StripText, TeachingSheet } from './annotator.ts';
import { printable, shortened } from './chip-text.ts';
import { INK, PAPER } from './palette.ts';

/** The notice under a film: outside its pixels, and part of the picture, so that it goes where the picture goes. */
export type Strip = {
  readonly lines: readonly StripLine[];
  readonly lineHeight: number;
  readonly padding: number;
  readonly height: number;
};

export type StripLine = { readonly text: string; readonly colour: string };

/** An endpoint may serve its model under a path. */
const LONGEST_MODEL_NAME = 60;
const QUIET = '#aeb6bf';
const WARNING = '#f0e442';

/** The sentences under a film. `legend` names boxes whose chips hold less than their label. */
export const stripLines = (
  { model, demo, enlarged }: StripText,
  legend: readonly string[],
): readonly StripLine[] => [
  { text: sayReadBy(model), colour: PAPER },
  ...(demo ? [DEMO] : []),
  ...(enlarged === undefined ? [] : [{ text: sayPart(enlarged), colour: PAPER }]),
  ...(legend.length === 0 ? [] : [{ text: legend.join('; '), colour: PAPER }]),
  { text: `${LOOKS} ${SIDES}`, colour: QUIET },
];

/** The sentences under a film of a teaching case. `legend` is of the boxes, as for any film. */
export const sheetLines = (
  { key, marks, legend: names }: TeachingSheet,
  { model, demo }: StripText,
  legend: readonly string[],
): readonly StripLine[] => [
  { text: sayKey(key, model), colour: PAPER },
  ...(key === 'model' && demo ? [DEMO] : []),
  ...(legend.length === 0 ? [] : [{ text: legend.join('; '), colour: PAPER }]),
  ...(names.length === 0 ? [] : [{ text: `Answers: ${names.join('; ')}`, colour: PAPER }]),
  {
    text: [marks.length === 0 ? CELLS : MARKS, ...(key === 'model' ? [LOOKS] : []), SIDES].join(
      ' ',
    ),
    colour: QUIET,
  },
];

const DEMO: StripLine = {
  text: 'A demonstration model: do not believe its findings.',
  colour: WARNING,
};
const LOOKS = 'A box is where the model looks, not proof.';
const SIDES = "Right and left are the patient's, on a film the usual way round.";
const CELLS = 'A1 is the cell at the top left of the picture, D4 the one at its bottom right.';
const MARKS = 'The letters in the cells are the answers.';

const sayReadBy = (model: string): string => {
  const name = shortened(printable(model), LONGEST_MODEL_NAME);
  return `Preliminary reading by ${name}. Not for clinical use.`;
};

const sayKey = (key: TeachingSheet['key'], model: string): string => {
  switch (key) {
    case 'person':
      return 'The key of a teaching case, confirmed by a person. Not for clinical use.';
    case 'model':
      return `${sayReadBy(model)} Nobody has confirmed it.`;
    case undefined:
      return 'A teaching case, not read yet. Not for clinical use.';
  }
};

/** Wraps the sentences to the film's width. */
export const layOutStrip = (
  paragraphs: readonly StripLine[],
  width: number,
  type: number,
  measure: (text: string) => number,
): Strip => {
  const padding = Math.round(type * 0.6);
  const lineHeight = Math.round(type * 1.4);
  const lines = paragraphs.flatMap(({ text, colour }) =>
    wrapped(text, width - 2 * padding, measure).map((line) => ({ text: line, colour })),
  );
  return { lines, lineHeight, padding, height: lines.length * lineHeight + 2 * padding };
};

const sayPart = (enlarged: number): string =>
  enlarged === 1
    ? 'A part of the film, at its own size.'
    : `A part of the film, enlarged ${enlarged} times; its pixels are repeated, no detail is added.`;

export const drawStrip = (
  context: SKRSContext2D,
  { lines, lineHeight, padding, height }: Strip,
  top: number,
  width: number,
): void => {
  context.fillStyle = INK;
  context.fillRect(0, top, width, height);
  const ascent = context.measureText('1H').actualBoundingBoxAscent;
  for (const [at, { text, colour }] of lines.entries()) {
    context.fillStyle = colour;
    context.fillText(
      text,
      padding,
      Math.round(top + padding + at * lineHeight + (lineHeight + ascent) / 2),
    );
  }
};

/** Breaks at spaces; a word wider than the line is broken where it must be. */
const wrapped = (text: string, width: number, measure: (text: string) => number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((whole) => broken(whole, width, measure))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || measure(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
};

const broken = (word: string, width: number, measure: (text: string) => number): string[] => {
  const parts: string[] = [];
  let part = '';
  for (const character of word) {
    if (part !== '' && measure(part + character) > width) {
      parts.push(part);
      part = '';
    }
    part += character;
  }
  return [...parts, part];
};
