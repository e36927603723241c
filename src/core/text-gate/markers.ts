import type { MarkerKind } from './text-gate.ts';

/** What stands on films by custom and says nothing about who is on them, in English and German; small letters. */
const WORDS: Readonly<Record<Exclude<MarkerKind, 'time'>, readonly string[]>> = {
  side: ['l', 'r', 'left', 'right', 'lt', 'rt', 'links', 'rechts', 'li', 're'],
  view: ['ap', 'pa', 'a.p', 'p.a', 'a-p', 'p-a', 'lat', 'lateral', 'frontal', 'chest', 'thorax'],
  position: [
    'portable',
    'mobile',
    'bedside',
    'erect',
    'upright',
    'standing',
    'sitting',
    'semi',
    'semi-erect',
    'semierect',
    'supine',
    'prone',
    'recumbent',
    'decubitus',
    'inspiration',
    'expiration',
    'stehend',
    'sitzend',
    'liegend',
    'im liegen',
    'im sitzen',
    'im stehen',
    'bettaufnahme',
    'auf station',
  ],
};

/** A time of day, without a date. */
const TIME = /^(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?: ?(?:am|pm|h|hrs|uhr))?$/;

/** Letters that may be misread in a marker of this many. Short ones must be exact, as names are near to them (Wright, Recht). */
const mayDiffer = (length: number): number => (length < 7 ? 0 : length < 9 ? 1 : 2);

/** What the words say if they are markers and nothing else; the first of several decides. */
export const markerIn = (text: string): MarkerKind | undefined => {
  const small = text
    .toLowerCase()
    .replaceAll(/[()[\]|_*#]/g, ' ')
    .trim();
  const whole = kindOf(small);
  if (whole !== undefined) return whole;
  const kinds = small.split(/[\s,/;+]+/).map((word) => kindOf(word.replace(/\.$/, '')));
  return kinds.includes(undefined) ? undefined : kinds[0];
};

const kindOf = (word: string): MarkerKind | undefined => {
  if (TIME.test(word)) return 'time';
  for (const [kind, markers] of Object.entries(WORDS))
    if (markers.some((marker) => isNearly(word, marker))) return kind as MarkerKind;
  return undefined;
};

const isNearly = (word: string, marker: string): boolean => {
  const most = mayDiffer(marker.length);
  if (Math.abs(word.length - marker.length) > most) return false;
  return word === marker || (most > 0 && !/\d/.test(word) && editDistance(word, marker) <= most);
};

/** Levenshtein's: how many letters are put in, left out or exchanged. */
const editDistance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++)
      next.push(
        Math.min(
          row[j]! + 1,
          next[j - 1]! + 1,
          row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[other.length]!;
};
