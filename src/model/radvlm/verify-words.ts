import type { ModelEvent, ModelRequest } from '../model.ts';
import {
  agreementOf,
  compareAnswers,
  type AnswerAgreement,
  type AnswerComparison,
} from './compare-answers.ts';
import { listCases, readCase, type ConversationCase } from './verify-case.ts';

/** What the reference's answers, as words, are compared with. */
export type WordsSource = 'int8' | 'int4' | 'endpoint';

type Limits = {
  /** Mean share of equal words, at the least. */
  readonly equalWords: number;
  /** Mean intersection over union of boxes, at the least. */
  readonly overlap: number;
};

/**
 * Rounded weights, and another program's arithmetic, choose another word where two were near; from there on the answers
 * are two right ones. docs/model.md states these limits, and what was measured.
 */
const WORD_LIMITS: Readonly<Record<WordsSource, Limits>> = {
  int8: { equalWords: 0.95, overlap: 0.9 },
  int4: { equalWords: 0.7, overlap: 0.7 },
  endpoint: { equalWords: 0.9, overlap: 0.85 },
};

/** One case. Plain JSON. */
type WordsReport = {
  readonly name: string;
  readonly comparison: AnswerComparison;
};

export type VerifyWordsOptions = {
  readonly cases: string;
  readonly source: WordsSource;
  readonly stream: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;
  readonly onCase: (report: WordsReport) => void;
  readonly signal?: AbortSignal | undefined;
};

export type WordsVerdict = AnswerAgreement & {
  /** What is not within its limit, in words; empty when all is. */
  readonly problems: readonly string[];
};

/** Asks every conversation of the golden cases greedily and compares the words and boxes with the reference's. */
export const verifyWords = async (options: VerifyWordsOptions): Promise<WordsVerdict> => {
  const { cases, source, stream, onCase, signal = new AbortController().signal } = options;
  const comparisons: AnswerComparison[] = [];
  for (const name of await listCases(cases)) {
    signal.throwIfAborted();
    const testCase = await readCase(cases, name);
    // A batch is the same conversations once more.
    if (testCase.kind === 'batch') continue;
    let text = '';
    for await (const event of stream(requestOf(testCase), signal))
      if (event.type === 'text-delta') text += event.text;
    const comparison = compareAnswers(text, testCase.expected.text);
    comparisons.push(comparison);
    onCase({ name, comparison });
  }
  const agreement = agreementOf(comparisons);
  return { ...agreement, problems: problemsOf(agreement, WORD_LIMITS[source]) };
};

const requestOf = ({ messages, expected }: ConversationCase): ModelRequest => ({
  messages,
  maxTokens: expected.greedy_ids.length,
  sampling: { temperature: 0, topP: 1, seed: undefined },
  stop: [],
  asker: 'verify',
  background: false,
});

const problemsOf = ({ equalWords, overlap }: AnswerAgreement, limits: Limits): string[] => {
  const problems: string[] = [];
  if (equalWords < limits.equalWords)
    problems.push(
      `${percent(equalWords)} of the words are equal, under ${percent(limits.equalWords)}`,
    );
  if (overlap !== null && overlap < limits.overlap)
    problems.push(`boxes overlap by ${percent(overlap)}, under ${percent(limits.overlap)}`);
  return problems;
};

const percent = (share: number): string => `${Math.floor(100 * share)} %`;
