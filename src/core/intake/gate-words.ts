import { ERRORS } from '../../errors.ts';
import type { Way } from '../pixels.ts';
import type { Choice, Notice } from '../reply.ts';
import type { Remark } from './decoded.ts';

/** Everything that intake says about a film that was not simply accepted as it came. */

export const REMARKS: Readonly<Record<Remark, Notice>> = {
  mirrored: {
    code: 'film-mirrored',
    text: 'The file says that its right and left are swapped, so the film was set the usual way round before it was read.',
  },
  'polarity-in-doubt': {
    code: 'film-polarity',
    text: 'The file contradicts itself about black and white, so the film was read the way that looks like one.',
  },
  'colour-reduced': {
    code: 'film-colour-reduced',
    text: 'The film was in colour and was read in grey.',
  },
};

const ON_ITS_SIDE = 'on its side';
const LIES = ['', ON_ITS_SIDE, 'upside down', ON_ITS_SIDE] as const;
const TURNED = [
  '',
  'turned a quarter to the right',
  'turned half round',
  'turned a quarter to the left',
] as const;

/** "upside down and inverted (black and white swapped)": how the film came. */
const sayHowItLies = ({ turns, inverted }: Way): string =>
  [LIES[turns] ?? '', inverted ? 'inverted (black and white swapped)' : '']
    .filter(Boolean)
    .join(' and ');

/** "turned half round and inverted": what was done to it. */
const sayWhatWasDone = ({ turns, inverted }: Way): string =>
  [TURNED[turns] ?? '', inverted ? 'inverted' : ''].filter(Boolean).join(' and ');

const sayWhatToDo = ({ turns, inverted }: Way): string =>
  turns === 0 ? 'Invert it' : inverted ? 'Turn and invert it' : 'Turn it';

export const turnFinding = (way: Way): string => `It seems to be ${sayHowItLies(way)}.`;
export const turnQuestion = (way: Way): string => `${turnFinding(way)} How shall I read it?`;

export const turnOptions = (way: Way): readonly Choice[] => [
  { code: 'turn', text: `${sayWhatToDo(way)} and read` },
  { code: 'as-is', text: 'Read it as it is' },
];

export const turnedAltText = (way: Way): string => `The film, ${sayWhatWasDone(way)}.`;

export const ASK_FINDING = 'I am not sure that this is a frontal chest film.';
export const ASK_QUESTION = `${ASK_FINDING} Shall I read it all the same?`;
export const ASK_OPTIONS: readonly Choice[] = [{ code: 'read', text: 'It is one, read it' }];

export const REFUSE_FINDING = ERRORS['not-a-chest-film'].say({});
export const REFUSAL = `${REFUSE_FINDING} You can have it read all the same.`;
export const REFUSE_OPTIONS: readonly Choice[] = [{ code: 'read', text: 'Read it all the same' }];

export const turnedNotice = (way: Way): Notice => ({
  code: 'film-turned',
  text: `The film was ${sayWhatWasDone(way)} before it was read; boxes refer to the film so corrected.`,
});

export const asIsNotice = (way: Way): Notice => ({
  code: 'film-as-is',
  text: `Read as it is, although it seems to be ${sayHowItLies(way)}; findings, sides and boxes may be wrong.`,
});

export const OVERRULED_ASK: Notice = {
  code: 'gate-overruled',
  text: 'Read on request, although it may not be a frontal chest film; do not rely on the answer.',
};

export const OVERRULED_REFUSAL: Notice = {
  code: 'gate-overruled',
  text: 'Read on request, although it does not look like a frontal chest film; do not rely on the answer.',
};
