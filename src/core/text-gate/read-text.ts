import { Tensor, type InferenceSession } from 'onnxruntime-node';
import type { Sharp } from 'sharp';
import type { Grey } from '../gate/grey.ts';
import { boxAround } from './region-box.ts';
import { greySharp } from './resize-grey.ts';
import type { TextRegion } from './text-regions.ts';

/** What a line says, as far as it can be read. */
export type ReadText = {
  readonly text: string;
  /** Mean likelihood of its characters, 0..1; 0 if there are none. */
  readonly confidence: number;
};

export type Recogniser = {
  readonly session: InferenceSession;
  /** Character of each class; the first is the blank that separates two equal ones. */
  readonly characters: readonly string[];
};

/** The recogniser's height, pixels; lines are read at most this long, which is 60 characters at their usual width. */
const HEIGHT = 48;
const LEAST_WIDTH = 96;
const MOST_WIDTH = 1_600;
/** Read so well in one direction that the other need not be tried. */
const CERTAIN = 0.9;
/** Below this length by thickness text may stand in any direction. */
const CLEARLY_LONG = 1.5;

/** A dictionary file, a character a line, as the recogniser's classes: the blank first, the space last. */
export const readCharacters = (dictionary: string): readonly string[] => [
  '',
  ...dictionary.replace(/\r?\n$/, '').split(/\r?\n/),
  ' ',
];

/** Reads a line both ways round, as a film may lie on its side or upside down; the better reading counts. */
export const readText = async (
  recogniser: Recogniser,
  grey: Grey,
  region: TextRegion,
): Promise<ReadText> => {
  const line = await cutOut(grey, region);
  let best: ReadText = { text: '', confidence: 0 };
  const isLong = line.width > line.height * CLEARLY_LONG;
  for (const turns of isLong ? [0, 2] : [0, 1, 2, 3]) {
    const reading = await readLine(recogniser, await turned(line, turns));
    if (reading.confidence > best.confidence) best = reading;
    if (best.confidence >= CERTAIN) break;
  }
  return best;
};

/** The line by itself, lying along the picture's width. */
const cutOut = async (grey: Grey, region: TextRegion): Promise<Grey> => {
  const { x1, y1, x2, y2 } = boxAround(region, grey);
  const box = greySharp(grey).extract({ left: x1, top: y1, width: x2 - x1, height: y2 - y1 });
  const cut = await toGrey(box);
  const degrees = (region.angle * 180) / Math.PI;
  if (degrees === 0) return cut;
  if (degrees === 90) return turned(cut, 3);
  const straight = await toGrey(greySharp(cut).rotate(-degrees, { background: '#000' }));
  const width = Math.min(straight.width, Math.ceil(region.length));
  const height = Math.min(straight.height, Math.ceil(region.thickness));
  const left = Math.floor((straight.width - width) / 2);
  const top = Math.floor((straight.height - height) / 2);
  return toGrey(greySharp(straight).extract({ left, top, width, height }));
};

const turned = async (grey: Grey, turns: number): Promise<Grey> =>
  turns === 0 ? grey : toGrey(greySharp(grey).rotate(turns * 90));

const toGrey = async (picture: Sharp): Promise<Grey> => {
  const { data, info } = await picture
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
};

const readLine = async ({ session, characters }: Recogniser, line: Grey): Promise<ReadText> => {
  const width = Math.round((HEIGHT * line.width) / line.height);
  const drawn = Math.min(MOST_WIDTH, Math.max(16, width));
  const data = await greySharp(line)
    .resize(drawn, HEIGHT, { fit: 'fill', kernel: 'cubic' })
    .extractChannel(0)
    .raw()
    .toBuffer();
  const across = Math.max(LEAST_WIDTH, drawn);
  const plane = new Float32Array(HEIGHT * across);
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < drawn; x++) plane[y * across + x] = data[y * drawn + x]! / 127.5 - 1;
  const input = new Float32Array(3 * plane.length);
  for (let channel = 0; channel < 3; channel++) input.set(plane, channel * plane.length);
  const output = await session.run({
    [session.inputNames[0]!]: new Tensor('float32', input, [1, 3, HEIGHT, across]),
  });
  return decode(output[session.outputNames[0]!]!, characters);
};

/** Connectionist temporal classification: of each step the likeliest class, equal neighbours once, blanks dropped. */
const decode = ({ data, dims }: Tensor, characters: readonly string[]): ReadText => {
  const likely = data as Float32Array;
  const [, steps = 0, classes = 0] = dims;
  let text = '';
  let sum = 0;
  let count = 0;
  let last = 0;
  for (let step = 0; step < steps; step++) {
    const from = step * classes;
    let best = 0;
    for (let one = 1; one < classes; one++)
      if (likely[from + one]! > likely[from + best]!) best = one;
    if (best !== 0 && best !== last) {
      text += characters[best] ?? '';
      sum += likely[from + best]!;
      count++;
    }
    last = best;
  }
  return { text: text.trim(), confidence: count === 0 ? 0 : sum / count };
};
