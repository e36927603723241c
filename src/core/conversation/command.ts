import { CLOSING, GREETING } from '../read/courtesies.ts';

/** What the bot does itself, in place of asking the model, and needs no film for. */
export type Command = 'help' | 'forget' | 'stop';

/** Of several films, the one that is to be talked about: its number, the one before, or the newest. */
export type FilmWords = {
  readonly which: number | 'previous' | 'last';
  /** What is asked of it in the same breath; '' when nothing is. */
  readonly rest: string;
};

const COMMANDS: readonly (readonly [RegExp, Command])[] = [
  [/^(?:help|\?+|help me|what can you do|how does this work|commands)$/, 'help'],
  [
    /^(?:forget|delete|remove)(?: (?:it|this|this film|the film|everything|all|this thread|this conversation))?$/,
    'forget',
  ],
  [/^(?:stop|cancel|abort|enough)$/, 'stop'],
];

/** The command that a message is, if it is nothing else: a question that holds the word is a question. */
export const commandIn = (text: string): Command | undefined => {
  const words = bareWords(text.trim().replace(/^\//, ''));
  const bare = words === '' && /^\s*\?+\s*$/.test(text) ? '?' : words;
  return COMMANDS.find(([pattern]) => pattern.test(bare))?.[1];
};

const NUMBERS = 'one two three four five six seven eight nine ten'.split(' ');
const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth'.split(' ');

/** A number in digits or words, also as an ordinal; undefined: it is none. */
export const numberIn = (word: string): number | undefined => {
  const digits = /^#?\(?(\d{1,3})(?:st|nd|rd|th)?\)?$/.exec(word)?.[1];
  if (digits !== undefined) return Number(digits);
  const at = Math.max(NUMBERS.indexOf(word), ORDINALS.indexOf(word));
  return at === -1 ? undefined : at + 1;
};

const CARDINAL = String.raw`(?:number |no\.? )?#?(\d{1,3}|${NUMBERS.join('|')})`;
const ORDINAL = String.raw`(\d{1,3}(?:st|nd|rd|th)|${ORDINALS.join('|')})`;
const FILM = String.raw`(?:film|picture|image|x-?ray|radiograph)`;
const GO = String.raw`(?:(?:let's )?(?:go |switch |return )?(?:back )?to |(?:show|use|take|open|see)(?: me)? |(?:on|in|about|for) )?(?:the )?`;

const FILMS: readonly (readonly [RegExp, 'number' | 'previous' | 'last'])[] = [
  [new RegExp(`^${GO}${FILM} ${CARDINAL}(?: again)?$`), 'number'],
  [new RegExp(`^${GO}${ORDINAL} ${FILM}(?: again)?$`), 'number'],
  [new RegExp(`^${GO}(?:previous|earlier|other|preceding) ${FILM}(?: again)?$`), 'previous'],
  [new RegExp(`^${GO}(?:last|latest|newest|most recent) ${FILM}(?: again)?$`), 'last'],
];

/** "film 1", "back to the second film", "film 2: where is it?"; undefined: the words are about something else. */
export const filmIn = (text: string): FilmWords | undefined => {
  const whole = filmNamed(text);
  if (whole !== undefined) return { which: whole, rest: '' };
  const at = text.search(/[:,]/);
  const which = at === -1 ? undefined : filmNamed(text.slice(0, at));
  return which === undefined ? undefined : { which, rest: text.slice(at + 1).trim() };
};

const filmNamed = (text: string): FilmWords['which'] | undefined => {
  const bare = bareWords(text);
  for (const [pattern, kind] of FILMS) {
    const found = pattern.exec(bare);
    if (found !== null) return kind === 'number' ? numberIn(found[1] ?? '') : kind;
  }
  return undefined;
};

const LOOK: readonly RegExp[] = [
  /^zoom(?: in)?(?: (?:on|to|into|onto|at|in on))?(?: (.*))?$/,
  /^(?:magnify|enlarge|blow up)(?: (.*))?$/,
  /^(?:(?:take|have|give me|get|i want|show me) )?(?:a )?(?:closer look|close-?up|detail(?:ed)? view|magnified view|zoom)(?: (?:at|of|on))?(?: (.*))?$/,
  /^(?:show|see|view|look at)(?: me)? (.*?),? (?:closer|close up|up close|closely|in (?:more )?detail|bigger|larger|enlarged|magnified|zoomed(?: in)?)$/,
];
const CAN_YOU = /^(?:(?:can|could|would|will|may) (?:you|i|we) (?:please )?(?:just )?)+/;

/** "zoom on the left base" gives "the left base", "zoom in" gives ''; undefined: the words ask for something else. */
export const zoomIn = (text: string): string | undefined => {
  const bare = bareWords(text).replace(CAN_YOU, '');
  for (const pattern of LOOK) {
    const found = pattern.exec(bare);
    if (found !== null) return found[1]?.trim() ?? '';
  }
  return undefined;
};

/** Characters that a command may have; longer texts are questions, and would only cost the patterns time. */
const LONGEST_COMMAND = 200;

/** In small letters, without courtesies and what ends a sentence; '' for a text that is too long to be a command. */
const bareWords = (text: string): string =>
  (text.length > LONGEST_COMMAND ? '' : text)
    .trim()
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[‘’]/g, "'")
    .replace(GREETING, '')
    .replace(CLOSING, '');

export const HELP = [
  'Send a frontal chest film, with a question or without; without one you get a wet read.',
  'Then ask in your own words: "Is there an effusion?", "Where is it?", "And on the other side?".',
  'Or name a task: "wet read", "report", "abnormalities", "locate all".',
  '"zoom on the left base" or "zoom on box 2" shows a part of the film; "film 1" goes back to an earlier film.',
  '"stop" ends an answer; "forget" removes the films and this conversation.',
].join('\n');
