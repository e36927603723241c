import type { ChestGate, Verdict } from '../gate/chest-gate.ts';
import { turnPixels, type Pixels } from '../pixels.ts';
import type { Notice } from '../reply.ts';
import type { Remark } from './decoded.ts';
import * as words from './gate-words.ts';
import { toGrey } from './to-grey.ts';

type Heeded = {
  readonly pixels: Pixels;
  readonly verdict: Verdict;
  readonly notices: readonly Notice[];
};

/** Of the eight scores of a verdict, the one of the picture as it lies with black and white swapped. */
const INVERTED = 4;

/** Does what the file said of its film, and has the gate judge the outcome. */
export const heedRemarks = async (
  decoded: Pixels,
  remarks: readonly Remark[],
  gate: ChestGate,
): Promise<Heeded> => {
  const pixels = remarks.includes('mirrored') ? mirrorPixels(decoded) : decoded;
  const notices = remarks.map((remark) => words.REMARKS[remark]);
  const verdict = gate.judge(await toGrey(pixels));
  // The file is no help with its polarity, so that which looks more like a film is taken.
  const [own = 0] = verdict.scores;
  if (!remarks.includes('polarity-in-doubt') || own >= (verdict.scores[INVERTED] ?? own))
    return { pixels, verdict, notices };
  const inverted = turnPixels(pixels, { turns: 0, inverted: true });
  return { pixels: inverted, verdict: gate.judge(await toGrey(inverted)), notices };
};

/** Right and left swapped. */
const mirrorPixels = ({ data, width, height, channels }: Pixels): Pixels => {
  const out = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++)
    for (let x = width - 1; x >= 0; x--) {
      const from = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) out[to++] = data[from + channel]!;
    }
  return { data: out, width, height, channels };
};
