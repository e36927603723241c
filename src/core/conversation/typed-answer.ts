import type { Choice } from '../reply.ts';
import { CLOSING, GREETING } from '../read/courtesies.ts';
import { numberIn } from './command.ts';

type Code = Choice['code'];

/** Characters that an answer may have; longer texts are questions of their own. */
const LONGEST_ANSWER = 80;

const YES =
  /^(?:y|yes|yes it is|yeah|yep|yup|sure|correct|right|it is|it is one|do it|do so|go ahead|go on|proceed|fine|continue)$/;
const NO =
  /^(?:n|no|nope|nah|no it is not|no it isn't|neither|none|none of (?:them|these)|never ?mind|leave it|forget about it|don't|do not|not now)$/;

const PHRASES: readonly (readonly [RegExp, Code])[] = [
  [
    /^(?:please )?(?:turn|rotate|flip|invert|correct|fix)(?: and invert)?(?: (?:it|this|the film))?(?: and read(?: it)?)?$/,
    'turn',
  ],
  [
    /^(?:read (?:it )?|leave it |keep it |take it )?as (?:it is|is|it came|it comes|sent)$/,
    'as-is',
  ],
  [/^(?:don't|do not) (?:turn|rotate|flip|invert)(?: it)?$/, 'as-is'],
  [
    /^(?:read|read it|read this|just read it)(?: (?:all the same|anyway|anyhow|regardless|nevertheless))?$/,
    'read',
  ],
  [/^(?:anyway|all the same)$/, 'read'],
];

const FILM =
  /^(?:the )?(?:(?:film|picture|image|number|no\.?) )?(\S+?)(?: (?:film|picture|image|one))?$/;

/**
 * The option that typed words choose, if they are an answer and nothing else. A number is a film's own number where
 * films are the options, else a place in the list. "No" is the last of two ways to read, and otherwise `leave`.
 */
export const typedAnswer = (text: string, options: readonly Choice[]): Code | undefined => {
  if (text.length > LONGEST_ANSWER) return undefined;
  const small = text.trim().toLowerCase().replaceAll(/[‘’]/g, "'").replaceAll(/\s+/g, ' ');
  const polite = small.replace(CLOSING, '').replaceAll(',', '');
  const words = polite.replace(GREETING, '');
  // "Turn it" answers as well what is asked together with the masks of a film.
  const offered = (code: Code | undefined): Code | undefined =>
    options.find((option) => option.code === code || option.code === `masked-${code}`)?.code;

  const same = options.find(
    (option) => option.text.toLowerCase() === words || option.code === words,
  );
  if (same !== undefined) return same.code;
  const phrase = offered(PHRASES.find(([pattern]) => pattern.test(words))?.[1]);
  if (phrase !== undefined) return phrase;
  const asksForFilm = options.some(({ code }) => code.startsWith('film-'));
  // "OK" is a yes of its own, and a courtesy before other words.
  if (YES.test(words) || /^(?:ok|okay|please)$/.test(polite))
    return asksForFilm ? undefined : options[0]?.code;
  // "No" to a masked film says that something of a patient is left in it.
  if (NO.test(words)) return options.some(({ code }) => code === 'as-is') ? 'as-is' : 'leave';
  const number = numberIn(FILM.exec(words)?.[1] ?? '');
  if (number === undefined) return undefined;
  return asksForFilm ? offered(`film-${number}`) : options[number - 1]?.code;
};
