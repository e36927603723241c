import { markerIn } from './markers.ts';
import type { ReadText } from './read-text.ts';
import type { MarkerKind } from './text-gate.ts';

export type Judgement =
  | { readonly kind: 'marker'; readonly marker: MarkerKind }
  | { readonly kind: 'text' | 'patient-data' };

/**
 * Ribs and tubes are read as letters now and then, without certainty. Of 217 films without words, 3 have a line above
 * 0.5 and none above 0.7; of names and numbers nearly all are above 0.7.
 */
const LEAST_CONFIDENCE = 0.5;
const CERTAIN = 0.7;
/** Two letters name nobody, and side and view markers are as short. */
const LEAST_CHARACTERS = 3;
/** A number of fewer digits is a dose, a distance, a percentage. */
const DIGITS_THAT_NAME = 4;

const DATE = /\d{1,4} ?[./-] ?(?:\d{1,2}|[a-z]{3,9}) ?[./-] ?\d{1,4}/i;
const LETTERS = /\p{L}{3,}/gu;
/** Words of the technique, which name nobody. */
const TECHNICAL =
  /^(?:kv|kvp|mas|sec|msec|cm|mm|sid|ffd|grid|exp|dose|dap|zoom|window|level|width|center|centre|low|high|images?|series|scale|mag|wedge|std|lung|bone|soft|filter|edge|compressed|lossy|jpeg|ratio)$/i;

/**
 * What a line of text is. undefined: it is none, or too short to say anything. Whatever is not known to be harmless
 * looks like patient data if it was read for certain: a false question costs a press, a name that is taken for a word is
 * read on without one.
 */
export const judgeText = ({ text, confidence }: ReadText): Judgement | undefined => {
  const characters = text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  const marker = confidence >= LEAST_CONFIDENCE ? markerIn(text) : undefined;
  if (marker !== undefined) return { kind: 'marker', marker };
  if (characters < LEAST_CHARACTERS || confidence < LEAST_CONFIDENCE) return undefined;
  return { kind: confidence >= CERTAIN && mayName(text) ? 'patient-data' : 'text' };
};

const mayName = (text: string): boolean => {
  if ((text.match(/\d/g)?.length ?? 0) >= DIGITS_THAT_NAME || DATE.test(text)) return true;
  return (text.match(LETTERS) ?? []).some(
    (word) => !TECHNICAL.test(word) && markerIn(word) === undefined,
  );
};
