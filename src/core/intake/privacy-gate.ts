import { WetreadError } from '../../errors.ts';
import type { Grey } from '../gate/grey.ts';
import type { Pixels } from '../pixels.ts';
import { maskPixels } from '../text-gate/mask-pixels.ts';
import { mayCoverLung } from '../text-gate/may-cover-lung.ts';
import type { FoundText, TextGate } from '../text-gate/text-gate.ts';
import { toGrey } from './to-grey.ts';

/** What happens to text that is burned into a picture; BURNED_IN_TEXT in docs/configuration.md. */
export type TextPolicy = 'mask' | 'block' | 'warn';

/** What the privacy gate did to a film, in numbers: plain JSON, as its pixels do not tell it any more. */
export type Masking = {
  /** Places with text that is no marker; masked, unless the policy is to warn alone. */
  readonly places: number;
  readonly masked: boolean;
  /** How many of them may lie on the lungs. */
  readonly onLungs: number;
  /** One of them at least looks like patient data. */
  readonly patientData: boolean;
};

export const NOTHING_MASKED: Masking = {
  places: 0,
  masked: false,
  onLungs: 0,
  patientData: false,
};

export type PrivateFilm = {
  readonly pixels: Pixels;
  readonly grey: Grey;
  readonly found: readonly FoundText[];
};

/** The picture with all text masked that is no marker, and what was found. */
export const maskText = async (
  pixels: Pixels,
  textGate: TextGate,
  policy: TextPolicy,
): Promise<PrivateFilm> => {
  const grey = await toGrey(pixels);
  const found = await textGate.find(grey);
  const boxes = found.filter(isNoMarker).map(({ box }) => box);
  if (policy === 'block' && boxes.length > 0)
    throw new WetreadError('text-in-picture', { places: boxes.length });
  if (policy === 'warn' || boxes.length === 0) return { pixels, grey, found };
  const masked = maskPixels(pixels, boxes);
  return { pixels: masked, grey: await toGrey(masked), found };
};

/** `upright`: the film is known to lie so. */
export const countMasking = (
  { grey, found }: Pick<PrivateFilm, 'grey' | 'found'>,
  policy: TextPolicy,
  upright: boolean,
): Masking => {
  const texts = found.filter(isNoMarker);
  const masked = policy !== 'warn' && texts.length > 0;
  return {
    places: texts.length,
    masked,
    onLungs: masked ? texts.filter(({ box }) => mayCoverLung(box, grey, upright)).length : 0,
    patientData: texts.some(({ kind }) => kind === 'patient-data'),
  };
};

export const isNoMarker = ({ kind }: FoundText): boolean => kind !== 'marker';
