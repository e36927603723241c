import type { Film } from '../film.ts';
import type { Verdict } from '../gate/chest-gate.ts';
import { turnPixels, type Pixels } from '../pixels.ts';
import type { Choice, Notice, ReplyEvent } from '../reply.ts';
import * as words from './gate-words.ts';
import { MASKED_ALT_TEXT, maskOptions, maskQuestion, answerIn } from './mask-words.ts';
import type { Masking } from './privacy-gate.ts';
import { writeFilm } from './write-film.ts';

type ChoicesEvent = Extract<ReplyEvent, { type: 'choices' }>;

export type Settled =
  /** `notices` belong into every reply about this film. */
  | { readonly outcome: 'accepted'; readonly film: Film; readonly notices: readonly Notice[] }
  /** The user is asked first. `film` is the picture as it came, but for what was masked. */
  | { readonly outcome: 'question'; readonly event: ChoicesEvent; readonly film: Film };

/** Accepts the film, corrects it as chosen, or asks: all that is to be asked about it in one question. */
export const settleFilm = async (
  pixels: Pixels,
  verdict: Verdict,
  choose: Choice['code'] | undefined,
  masking: Masking,
): Promise<Settled> => {
  const mustConfirm = masking.masked && masking.patientData;
  const { confirmsMask, film: filmChoice } = answerIn(choose);
  const read = mustConfirm && !confirmsMask ? undefined : readAs(pixels, verdict, filmChoice);
  if (read !== undefined)
    return { outcome: 'accepted', film: await writeFilm(read.pixels), notices: read.notices };
  const event = mustConfirm
    ? await confirmingEvent(pixels, verdict, masking)
    : await doubtEvent(pixels, verdict);
  return { outcome: 'question', event, film: await writeFilm(pixels) };
};

/** The film as it is read; undefined: that is to be asked. */
const readAs = (
  pixels: Pixels,
  { decision, way }: Verdict,
  choose: Choice['code'] | undefined,
): { readonly pixels: Pixels; readonly notices: readonly Notice[] } | undefined => {
  switch (decision) {
    case 'accept':
      return { pixels, notices: [] };
    case 'turn':
      if (choose === 'turn')
        return { pixels: turnPixels(pixels, way), notices: [words.turnedNotice(way)] };
      return choose === 'as-is' ? { pixels, notices: [words.asIsNotice(way)] } : undefined;
    case 'ask':
      return choose === 'read' ? { pixels, notices: [words.OVERRULED_ASK] } : undefined;
    case 'refuse':
      return choose === 'read' ? { pixels, notices: [words.OVERRULED_REFUSAL] } : undefined;
  }
};

/** What is doubtful about the film itself. */
type Doubt = {
  readonly finding: string;
  readonly question: string;
  readonly options: readonly Choice[];
};

const doubtAbout = ({ decision, way }: Verdict): Doubt | undefined => {
  switch (decision) {
    case 'accept':
      return undefined;
    case 'turn':
      return {
        finding: words.turnFinding(way),
        question: words.turnQuestion(way),
        options: words.turnOptions(way),
      };
    case 'ask':
      return {
        finding: words.ASK_FINDING,
        question: words.ASK_QUESTION,
        options: words.ASK_OPTIONS,
      };
    case 'refuse':
      return {
        finding: words.REFUSE_FINDING,
        question: words.REFUSAL,
        options: words.REFUSE_OPTIONS,
      };
  }
};

/** A turned film is shown as it would be read. */
const doubtEvent = async (pixels: Pixels, verdict: Verdict): Promise<ChoicesEvent> => {
  const { decision, way } = verdict;
  const { question = '', options = [] } = doubtAbout(verdict) ?? {};
  const altText = words.turnedAltText(way);
  const picture =
    decision === 'turn' ? { ...(await pictureOf(turnPixels(pixels, way))), altText } : null;
  return {
    type: 'choices',
    private: false,
    question,
    refused: decision === 'refuse',
    options,
    picture,
  };
};

/** The masked film is shown to whoever sent it, turned as it would be read. */
const confirmingEvent = async (
  pixels: Pixels,
  verdict: Verdict,
  masking: Masking,
): Promise<ChoicesEvent> => {
  const doubt = doubtAbout(verdict);
  return {
    type: 'choices',
    private: true,
    question: maskQuestion(masking, doubt),
    refused: verdict.decision === 'refuse',
    options: maskOptions(doubt),
    picture: {
      ...(await pictureOf(turnPixels(pixels, verdict.way))),
      altText: MASKED_ALT_TEXT,
    },
  };
};

const pictureOf = async (pixels: Pixels) => {
  const { png, width, height } = await writeFilm(pixels);
  return { png, width, height };
};
