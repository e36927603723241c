import type { Profile, Term } from './profile.ts';

/** A term of the profile, named in a text. */
export type Mention = {
  readonly term: Term;
  readonly kind: 'finding' | 'anatomy';
  /** Where in the text, in UTF-16 units; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
};

export interface Lexicon {
  /** The terms that a text names, in its order; the longest wording wins ("enlarged heart" over "heart"). */
  mentions(text: string): readonly Mention[];
}

type Wording = { readonly words: string; readonly term: Term; readonly kind: Mention['kind'] };

/** `*` in a wording must not swallow a negation: "heart is not enlarged" names the heart alone. */
const ANY_WORD = String.raw`(?:(?!(?:not|no|never|nor|non)\b)[\w-]+[\s-]+)?`;

export const createLexicon = (terms: Pick<Profile, 'findings' | 'anatomy'>): Lexicon => {
  const wordings = [
    ...terms.findings.flatMap((term) => wordingsOf(term, 'finding')),
    ...terms.anatomy.flatMap((term) => wordingsOf(term, 'anatomy')),
  ].toSorted((a, b) => b.words.length - a.words.length);
  if (wordings.length === 0) return { mentions: () => [] };
  const pattern = new RegExp(
    String.raw`(?<![\w-])(?:${wordings.map(({ words }) => `(${patternOf(words)})`).join('|')})(?![\w])`,
    'gi',
  );
  return {
    mentions(text) {
      return [...text.matchAll(pattern)].flatMap((match) => {
        const wording = wordings[match.slice(1).findIndex((group) => group !== undefined)];
        if (wording === undefined) return [];
        const { term, kind } = wording;
        return [{ term, kind, start: match.index, end: match.index + match[0].length }];
      });
    },
  };
};

const wordingsOf = (term: Term, kind: Mention['kind']): Wording[] =>
  [term.name, ...term.synonyms].map((words) => ({ words, term, kind }));

/** A wording as a pattern: spaces and hyphens alike, its last word also in the plural. */
const patternOf = (words: string): string => {
  const parts = words
    .split(/[\s-]+/)
    .map((word) => word.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return parts
    .map((part, at) => {
      if (part === '*') return ANY_WORD;
      return at === parts.length - 1 ? pluralOf(part) : String.raw`${part}[\s-]+`;
    })
    .join('');
};

const pluralOf = (word: string): string => {
  if (word.endsWith('y')) return `${word.slice(0, -1)}(?:y|ies)`;
  return /(?:s|x|ss)$/.test(word) ? `${word}(?:es)?` : `${word}s?`;
};
