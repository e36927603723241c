import type { Lexicon, Mention } from '../profile/lexicon.ts';
import type { Side } from '../film.ts';
import type { Task } from '../reading.ts';
import { CLOSING, GREETING } from './courtesies.ts';

/** What the user's words ask for. The words themselves go to the model as they are, but for a task. */
export type Recognised =
  | { readonly kind: 'task'; readonly task: Task }
  /** "Where is X?" `what` is X without article, in the user's words. */
  | { readonly kind: 'locate'; readonly what: string }
  /** "Where is it?": X is in the conversation. */
  | { readonly kind: 'locate-it' }
  /** "And on the left?": the last question again, of the other side (null: "the other one"). */
  | { readonly kind: 'other-side'; readonly side: Side | null }
  /** A yes or no question. */
  | { readonly kind: 'presence' }
  | { readonly kind: 'other' };

const TASKS: readonly (readonly [RegExp, Task])[] = [
  [
    /^(?:(?:give|do|get)(?: me)? )?(?:an? |the )?(?:wet[ -]?read|quick read|prelim(?:inary)?(?: read(?:ing)?)?)$/,
    'wet-read',
  ],
  [
    /^(?:read|interpret) (?:it|this|the film|this film|this x-?ray|this chest x-?ray|the x-?ray)$/,
    'wet-read',
  ],
  [
    /^(?:(?:write|give|draft|do|make|provide|generate|create)(?: me)? )?(?:an? |the )?(?:(?:radiology|full|plain|written) )?report(?: (?:it|this|on this|of this film|for this (?:film|(?:chest )?x-?ray)))?$/,
    'report',
  ],
  [
    /^(?:(?:what|anything|something|is anything|is there anything) (?:is |'s )?(?:abnormal|wrong)(?: here| on this film)?|what are the abnormalities|list (?:the |all )?abnormalities|classify|abnormalities|is (?:this|it) (?:film )?normal|(?:are there )?any abnormalities)$/,
    'classify',
  ],
  [
    /^(?:detect|locate all|(?:detect|locate|find|mark|show|annotate|box)(?: me)? (?:all|everything|(?:all |the )?(?:abnormalities|findings)|all (?:the )?(?:abnormalities|findings)|everything abnormal|what is abnormal))$/,
    'detect',
  ],
];

const SHOW = String.raw`(?:show(?: me)?|highlight|point(?: (?:to|out|at))?|mark|outline|circle|locate|find|indicate|annotate|localise|localize|draw (?:a )?box(?:es)? (?:around|on)|box(?! scale)|zoom (?:in )?(?:on|to|into))`;
const CAN_YOU = String.raw`(?:(?:can|could|would|will) you (?:please |just )?|i (?:want|need|would like|'d like) (?:you )?to )?`;
const WHERE = String.raw`(?:(?:and )?(?:where|whereabouts)(?:'s| exactly| precisely)?(?: (?:is|are|do you see|can you see|can i see|do you find|should i see|on (?:the|this) (?:film|image|picture|x-?ray) (?:is|are)))?|(?:in|on|at)? ?(?:which|what) (?:side|lung|lobe|zone|part|region|place|area)(?: of the (?:lungs?|chest))? (?:is|are|has|have|shows?))`;

const WHERE_QUESTION = new RegExp(String.raw`^${WHERE}(?:\s+(.*))?$`);
const SHOW_REQUEST = new RegExp(
  String.raw`^${CAN_YOU}(?:please )?${SHOW}(?:\s+me)?(?:\s+(?:where|the (?:area|region|place|location|position) (?:of|with|where)|where you (?:see|observe)))?(?:\s+(.*))?$`,
);
const SENTENCE_REQUEST =
  /^(?:please )?(?:locate the following sentence|find the region corresponding to|mark the area where you observe|locate|find|where)\s*:\s*(.+)$/;
/** "Is there an effusion and where?" */
const AND_WHERE =
  /^(?:is|are|do|does|can|any|there)\b(.*?)[,\s]+(?:(?:and|if so|if yes)[,\s]+)+where(?:\b.*)?$/;

/** Open questions that name no one thing: what answers them is a list, not a place. */
const ANYTHING =
  /^(?:(?:all|any|the|every|other|more)\s+)*(?:abnormal(?:ity|ities)?|findings?|patholog(?:y|ies)|lesions?|everything(?:\s.*)?|anything(?:\s.*)?|something(?:\s.*)?|foreign (?:objects?|bod(?:y|ies))|(?:support )?devices?|lines (?:and|or) tubes|lines|tubes|problems?|out\b.*|(?:your\s+)?(?:report|impression|summary|reasoning|result|film|image|picture|x-?ray|answer|box(?:es)?)$|affected|involved|abnormal|worse|better|what(?:'s| is) (?:wrong|abnormal))\b/;

const IT =
  /^(?:it|that|this|they|them|these|those|he|this one|that one|the (?:finding|lesion|abnormality|thing|same|one))?(?: (?:exactly|precisely|again|then|now|located|there))*$/;

const OTHER_SIDE =
  /^(?:(?:and|what about|how about|or|is it|same)[\s,]+)+(?:(?:also|for|on|in|at|of)\s+)*(?:the\s+)?(?:(right|left)(?:\s+(?:one|side|lung|hand side))?|(?:other|opposite|contralateral)(?:\s+(?:one|side|lung))?)$/;

const PRESENCE = /^(?:is|are|was|were|does|do|did|has|have|can|could|any|no|there)\b|\?$/;

/** Places that are not part of the thing: "on this film", "located in this chest X-ray". */
const ON_THE_FILM =
  /\s*\b(?:(?:is |are )?(?:located|visible|seen|present|situated)\b\s*)?(?:(?:in|on|at|of) (?:this|the) (?:\w+ )?(?:chest )?(?:image|film|picture|x-?ray|radiograph|cxr|scan)(?: (?:for|to) me)?)?(?: (?:exactly|precisely|for me|to me))*(?:\s+(?:is|are|on|in|at))?$/i;

/** What free words ask for, by a table of wordings (tested row by row). */
export const recognise = (text: string): Recognised => {
  const words = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\u2018\u2019]/g, "'")
    .replaceAll(/\s+/g, ' ');
  const asked = words.replace(GREETING, '').replace(CLOSING, '');
  const bare = asked === '' ? words.replace(CLOSING, '') : asked;
  const task = TASKS.find(([pattern]) => pattern.test(bare))?.[1];
  if (task !== undefined) return { kind: 'task', task };
  const side = OTHER_SIDE.exec(
    words.replace(/^(?:hi|hey|ok|okay|please)[\s,!.]+/, '').replace(CLOSING, ''),
  );
  if (side !== null) return { kind: 'other-side', side: sideOf(side[1]) };
  const place = placeAskedFor(bare);
  if (place !== null) return place;
  return PRESENCE.test(words.replace(GREETING, '')) ? { kind: 'presence' } : { kind: 'other' };
};

const sideOf = (word: string | undefined): Side | null =>
  word === 'right' || word === 'left' ? word : null;

const placeAskedFor = (words: string): Recognised | null => {
  const found =
    SENTENCE_REQUEST.exec(words) ??
    AND_WHERE.exec(words) ??
    WHERE_QUESTION.exec(words) ??
    SHOW_REQUEST.exec(words);
  if (found === null) return null;
  const what = thingIn(found[1] ?? '');
  if (ANYTHING.test(what)) return { kind: 'other' };
  return isPronoun(what) ? { kind: 'locate-it' } : { kind: 'locate', what };
};

const ARTICLES =
  /^(?:(?:the|an?|any|some|there|is|are|you|see|do|your|his|her|their|this|that(?= \w))\s+)+/i;

/** "there a nodule in this chest x-ray" → "nodule". */
export const thingIn = (words: string): string => {
  const bare = words.trim().replace(CLOSING, '').replace(ON_THE_FILM, '').trim();
  return isPronoun(bare) ? bare : bare.replace(ARTICLES, '').trim();
};

/** "it", "that one", or nothing at all. */
export const isPronoun = (words: string): boolean => IT.test(words.toLowerCase());

/** What a place is asked for: a finding (or a word that nobody knows) goes through the presence gate, anatomy does not. */
export const isAnatomy = (mentions: readonly Mention[]): boolean =>
  mentions.length > 0 && mentions.every(({ kind }) => kind === 'anatomy');

/** A structure under the name that the model was taught: the "left base" is the "left lower lung zone". Anything else stays. */
export const taughtName = (what: string, lexicon: Lexicon): string => {
  const mentions = lexicon.mentions(what);
  const [structure] = mentions;
  if (structure === undefined || !isAnatomy(mentions) || mentions.length > 1) return what;
  return what.slice(0, structure.start) + structure.term.name + what.slice(structure.end);
};

/** The finding that is named in the words, if any; the last one, which English puts its weight on. */
export const findingIn = (words: string, lexicon: Lexicon): Mention | undefined =>
  lexicon.mentions(words).findLast(({ kind }) => kind === 'finding');
