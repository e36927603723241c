import { WetreadError } from '../../errors.ts';
import type { Film } from '../film.ts';
import { SMALLEST_SIDE, type ChestGate, type Verdict } from '../gate/chest-gate.ts';
import { turnPixels, type Pixels } from '../pixels.ts';
import type { Choice, Notice, ReplyEvent } from '../reply.ts';
import { decodePicture } from './decode-picture.ts';
import * as words from './gate-words.ts';
import { limitAtOnce } from './limit-at-once.ts';
import { toGrey } from './to-grey.ts';
import { writeFilm } from './write-film.ts';

type ChoicesEvent = Extract<ReplyEvent, { type: 'choices' }>;

export type IntakeResult =
  /** `notices` belong into every reply about this film. */
  | { readonly outcome: 'accepted'; readonly film: Film; readonly notices: readonly Notice[] }
  /** The user is asked first. `film` is the picture as it came: `take(film.png, { choose })` goes on from the answer. */
  | { readonly outcome: 'question'; readonly event: ChoicesEvent; readonly film: Film };

export interface Intake {
  /**
   * The one way in for films: the bytes of a file become a film, or a question about it. Of the file nothing is kept but
   * its pixels. `choose` answers beforehand what would be asked; one that is not among the options leaves it open.
   * `ungated`: whoever asks wants the model alone, so what the picture shows is not judged.
   * Fails with a `WetreadError` of the film's part of the table.
   */
  take(
    bytes: Uint8Array,
    options: { readonly choose: Choice['code'] | undefined; readonly ungated?: boolean },
  ): Promise<IntakeResult>;
}

/** A picture at the limit takes 400 MB while it is taken in, and sharp has the machine's cores for one or two. */
const MOST_AT_ONCE = 2;

export const createIntake = ({ gate }: { readonly gate: ChestGate }): Intake => {
  const whenThereIsRoom = limitAtOnce(MOST_AT_ONCE);

  const takeIn = async (
    bytes: Uint8Array,
    choose: Choice['code'] | undefined,
    ungated: boolean,
  ): Promise<IntakeResult> => {
    // 1. Decode: sniffed by content, within the limits, upright.
    const pixels = await decodePicture(bytes);
    checkSides(pixels);
    // 2. Privacy: what is burned into the picture is to be found and masked here, before anything is kept or judged.
    if (ungated) return accept(pixels);
    // 3. Gate: a frontal chest film, the right way up?
    const verdict = gate.judge(await toGrey(pixels));
    // 4. Settle: accept, correct as chosen, or ask; and write the film.
    return settle(pixels, verdict, choose);
  };

  return {
    take: (bytes, { choose, ungated = false }) =>
      whenThereIsRoom(() => takeIn(bytes, choose, ungated)),
  };
};

const checkSides = ({ width, height }: Pixels): void => {
  if (Math.min(width, height) < SMALLEST_SIDE)
    throw new WetreadError('picture-too-small', { limit: SMALLEST_SIDE });
};

const settle = async (
  pixels: Pixels,
  { decision, way }: Verdict,
  choose: Choice['code'] | undefined,
): Promise<IntakeResult> => {
  switch (decision) {
    case 'accept':
      return accept(pixels);
    case 'turn':
      if (choose === 'turn') return accept(turnPixels(pixels, way), words.turnedNotice(way));
      if (choose === 'as-is') return accept(pixels, words.asIsNotice(way));
      return ask(pixels, {
        question: words.turnQuestion(way),
        refused: false,
        options: words.turnOptions(way),
        picture: {
          ...pictureOf(await writeFilm(turnPixels(pixels, way))),
          altText: words.turnedAltText(way),
        },
      });
    case 'ask':
      if (choose === 'read') return accept(pixels, words.OVERRULED_ASK);
      return ask(pixels, {
        question: words.ASK_QUESTION,
        refused: false,
        options: words.ASK_OPTIONS,
        picture: null,
      });
    case 'refuse':
      if (choose === 'read') return accept(pixels, words.OVERRULED_REFUSAL);
      return ask(pixels, {
        question: words.REFUSAL,
        refused: true,
        options: words.REFUSE_OPTIONS,
        picture: null,
      });
  }
};

const accept = async (pixels: Pixels, ...notices: Notice[]): Promise<IntakeResult> => ({
  outcome: 'accepted',
  film: await writeFilm(pixels),
  notices,
});

const ask = async (pixels: Pixels, event: Omit<ChoicesEvent, 'type'>): Promise<IntakeResult> => ({
  outcome: 'question',
  event: { type: 'choices', ...event },
  film: await writeFilm(pixels),
});

const pictureOf = ({ png, width, height }: Film) => ({ png, width, height });
