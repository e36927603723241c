/** Where a part may end, best first: a paragraph, a sentence, a line, a word. */
const ENDS: readonly RegExp[] = [/\n\s*\n/g, /[.!?…]["')\]]*\s+/g, /\n/g, /\s+/g];

/** No part is shorter than this share of the limit only to end well. */
const LEAST_SHARE = 0.4;

/**
 * Splits a text that is too long for one message; joined, the parts are the text. As a text grows, parts that are
 * followed by another do not change any more.
 */
export const splitText = (text: string, limit: number): readonly string[] => {
  const parts: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const end = endWithin(rest.slice(0, limit));
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest];
};

const endWithin = (start: string): number => {
  for (const pattern of ENDS) {
    const last = [...start.matchAll(pattern)].at(-1);
    const end = last === undefined ? 0 : last.index + last[0].length;
    if (end >= LEAST_SHARE * start.length) return end;
  }
  // One endless word: not within a character that is written as two.
  const isHalf = /[\uD800-\uDBFF]$/.test(start);
  return isHalf ? start.length - 1 : start.length;
};
