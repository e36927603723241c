import type { Choice, Notice } from '../reply.ts';
import type { Masking } from './privacy-gate.ts';

/** Everything that intake says about text in a picture: how much of it, never what it says. */

const places = (count: number): string => (count === 1 ? '1 place' : `${count} places`);

const sayLungs = ({ places: all, onLungs }: Masking): string => {
  if (onLungs === 0) return '';
  const which = all === 1 ? 'The mask' : onLungs === all ? 'The masks' : `${onLungs} of the masks`;
  return ` ${which} may cover part of the lungs, where nothing can be seen then.`;
};

/** What belongs into every reply about the film. */
export const maskNotices = (masking: Masking): readonly Notice[] => {
  if (masking.places === 0) return [];
  const count = places(masking.places);
  return masking.masked
    ? [
        {
          code: 'text-masked',
          text: `Text in the picture was masked before anything was kept (${count}).${sayLungs(masking)}`,
        },
      ]
    : [
        {
          code: 'text-not-masked',
          text: `There is text in the picture (${count}), and it was left as it is.`,
        },
      ];
};

/** A question about the film alone, asked together with the one about its masks. */
export type FilmQuestion = {
  /** What is doubtful about the film: "It seems to be upside down." */
  readonly finding: string;
  readonly options: readonly Choice[];
};

/** "2 places look like patient data and were masked": with what else is to be asked about the film, in one message. */
export const maskQuestion = (masking: Masking, other: FilmQuestion | undefined): string =>
  [
    `Text that looks like patient data was found in the picture; what is written was masked (${places(masking.places)}).${sayLungs(masking)}`,
    ...(other === undefined ? [] : [other.finding]),
    'If the masked film shows nothing of a patient any more, shall I read it?',
  ].join(' ');

export const maskOptions = (other: FilmQuestion | undefined): readonly Choice[] =>
  other === undefined
    ? [{ code: 'masked', text: 'Nothing is left, read it' }]
    : other.options.map(({ code, text }) => ({
        code: confirmed(code),
        text: `Nothing is left. ${text}`,
      }));

export const MASKED_ALT_TEXT = 'The film with its masked places in black.';

/** The answer to the film's own question, together with the confirmation of its masks. */
const confirmed = (code: Choice['code']): Choice['code'] => `masked-${code as 'read'}`;

/** What an answer says of the masks, and of the film. */
export const answerIn = (
  code: Choice['code'] | undefined,
): { readonly confirmsMask: boolean; readonly film: Choice['code'] | undefined } => {
  if (code === 'masked') return { confirmsMask: true, film: undefined };
  if (code?.startsWith('masked-') === true)
    return { confirmsMask: true, film: code.slice('masked-'.length) as Choice['code'] };
  return { confirmsMask: false, film: code };
};
