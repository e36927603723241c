/**
 * Sentences of a report or an answer. Knows decimals ("1.2 cm"), the abbreviations that reports use, numbered lines
 * and line breaks. Not a general splitter: it need only be right on radiology's short English.
 */

export type SentenceSpan = {
  readonly start: number;
  /** Behind the full stop. */
  readonly end: number;
  /** false: the text ends before the sentence does. */
  readonly ended: boolean;
};

/** Full stops behind these end no sentence. Lower case, without the last full stop. */
const ABBREVIATIONS = new Set(
  'dr mr mrs ms prof st vs approx ca cf e.g i.e eg ie incl esp resp fig pt pts a.p p.a'.split(' '),
);
const STOP = /[.!?]+["')\]]*(?=\s|$)|\n+/g;

/** Where each sentence stands, in order; spaces between them belong to none. */
export const sentenceSpans = (text: string): readonly SentenceSpan[] => {
  const spans: SentenceSpan[] = [];
  let from = 0;
  const close = (end: number, ended: boolean): void => {
    const start = from + text.slice(from, end).search(/\S|$/);
    if (start < end) spans.push({ start, end, ended });
    from = end;
  };
  for (const match of text.matchAll(STOP)) {
    const end = match.index + match[0].length;
    if (match[0].startsWith('\n')) close(match.index, true);
    else if (!goesOn(text, match.index, end)) close(end, true);
  }
  close(text.trimEnd().length, false);
  return spans;
};

/** The sentence that holds the character at `index`; '' when that is a space between two. */
export const sentenceAt = (text: string, index: number): string => {
  const span = sentenceSpans(text).find(({ start, end }) => start <= index && index < end);
  return span === undefined ? '' : text.slice(span.start, span.end);
};

/** Where the sentence began that `text` breaks off in; the text's length when none is open. */
export const openSentenceStart = (text: string): number => {
  const last = sentenceSpans(text).at(-1);
  return last === undefined || last.ended ? text.length : last.start;
};

/** Whether the sentence goes on behind a full stop: an abbreviation, "No. 2", a line's "1.", or a small letter next. */
const goesOn = (text: string, stop: number, end: number): boolean => {
  if (text[stop] !== '.') return false;
  const before = text.slice(0, stop);
  const word = /[^\s(]+$/.exec(before)?.[0].toLowerCase() ?? '';
  const after = text.slice(end);
  if (word === 'no') return /^\s+\d/.test(after);
  return ABBREVIATIONS.has(word) || /(?:^|\n)\s*\d{1,2}$/.test(before) || /^ +[a-z]/.test(after);
};
