import { sentenceSpans } from '../grounding/sentences.ts';

/** A text's sentences in order, each with the space behind it: joined they are the text again. */
export const splitSentences = (text: string): readonly string[] => {
  const starts = sentenceSpans(text).map(({ start }) => start);
  return starts.map((start, at) => text.slice(at === 0 ? 0 : start, starts[at + 1] ?? text.length));
};
