import { WetreadError } from '../../errors.ts';
import { SMALLEST_SIDE, type ChestGate, type Verdict } from '../gate/chest-gate.ts';
import type { Pixels } from '../pixels.ts';
import type { Choice, Notice } from '../reply.ts';
import type { TextGate } from '../text-gate/text-gate.ts';
import { decodeFile } from './decode-file.ts';
import type { Removed } from './decoded.ts';
import { heedRemarks } from './heed-remarks.ts';
import { limitAtOnce } from './limit-at-once.ts';
import { maskNotices } from './mask-words.ts';
import {
  countMasking,
  maskText,
  NOTHING_MASKED,
  type Masking,
  type TextPolicy,
} from './privacy-gate.ts';
import { settleFilm, type Settled } from './settle-film.ts';

/** What taking a film in found out, which its pixels do not tell any more: plain JSON, kept while a question is open. */
export type TakenBefore = {
  readonly masking: Masking;
  /** Belong into every reply about the film, whatever is answered. */
  readonly notices: readonly Notice[];
};

export type IntakeResult = {
  /** The kinds of things that were in the file beside its pixels, and were left behind. */
  readonly removed: readonly Removed[];
} & (
  | Extract<Settled, { outcome: 'accepted' }>
  /** `take(film.png, { choose, before })` goes on from the answer. */
  | (Extract<Settled, { outcome: 'question' }> & { readonly before: TakenBefore })
);

export interface Intake {
  /**
   * The one way in for films: the bytes of a file become a film, or a question about it. Of the file nothing is kept but
   * its pixels. `choose` answers beforehand what would be asked; one that is not among the options leaves it open.
   * `ungated`: whoever asks wants the model alone, so what the picture shows is not judged; what is
   * burned into it is masked all the same.
   * Fails with a `WetreadError` of the film's part of the table.
   */
  take(
    bytes: Uint8Array,
    options: {
      readonly choose: Choice['code'] | undefined;
      /** Of a film that was taken in before, which is not searched again. */
      readonly before?: TakenBefore | undefined;
      readonly ungated?: boolean;
    },
  ): Promise<IntakeResult>;
}

/** A picture at the limit takes 400 MB while it is taken in, and sharp has the machine's cores for one or two. */
const MOST_AT_ONCE = 2;

export type IntakeParts = {
  readonly gate: ChestGate;
  readonly textGate: TextGate;
  readonly textPolicy: TextPolicy;
};

export const createIntake = ({ gate, textGate, textPolicy }: IntakeParts): Intake => {
  const whenThereIsRoom = limitAtOnce(MOST_AT_ONCE);

  const takeIn: Intake['take'] = async (bytes, { choose, before, ungated = false }) => {
    // 1. Decode: sniffed by content, within the limits, upright.
    const { pixels: decoded, remarks, removed } = await decodeFile(bytes);
    checkSides(decoded);
    // 2. Privacy: what is burned into the picture is masked before anything is kept, judged or shown.
    const film = before === undefined ? await maskText(decoded, textGate, textPolicy) : undefined;
    // 3. Gate: a frontal chest film, the right way up?
    const judged = await heedRemarks(film?.pixels ?? decoded, remarks, gate);
    const { pixels, notices } = judged;
    const verdict: Verdict = ungated ? { ...judged.verdict, decision: 'accept' } : judged.verdict;
    const isUpright = verdict.decision === 'accept';
    const masking = film === undefined ? NOTHING_MASKED : countMasking(film, textPolicy, isUpright);
    const taken = before ?? { masking, notices: [...notices, ...maskNotices(masking)] };
    // 4. Settle: accept, correct as chosen, or ask; and write the film.
    const settled = await settleFilm(pixels, verdict, choose, taken.masking);
    const result = withNotices(settled, taken.notices);
    return result.outcome === 'question'
      ? { ...result, removed, before: taken }
      : { ...result, removed };
  };

  return { take: (bytes, options) => whenThereIsRoom(() => takeIn(bytes, options)) };
};

const checkSides = ({ width, height }: Pixels): void => {
  if (Math.min(width, height) < SMALLEST_SIDE)
    throw new WetreadError('picture-too-small', { limit: SMALLEST_SIDE });
};

/** What was found before comes before the rest: in the notices, or as a part of the question, which says by itself what was masked. */
const withNotices = (settled: Settled, said: readonly Notice[]): Settled => {
  if (settled.outcome === 'accepted') return { ...settled, notices: [...said, ...settled.notices] };
  const { event } = settled;
  const others = said.filter(({ code }) => !(event.private && code === 'text-masked'));
  const question = [...others.map(({ text }) => text), event.question].join(' ');
  return { ...settled, event: { ...event, question } };
};
