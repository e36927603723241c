import { openConverted } from './converted-cache.ts';
import { Engine } from './engine.ts';
import type { ModelEvent, ModelRequest } from '../model.ts';
import type { SessionOptions } from './onnx-session.ts';
import type { WeightsChoice } from './precision.ts';
import { type BatchCase, listCases, readCase } from './verify-case.ts';
import {
  type Answered,
  answerCase,
  checkConversation,
  comparableSteps,
} from './verify-conversation.ts';
import { type Check, checkOf, rowDifference } from './verify-differences.ts';
import { countDifferingBytes } from './verify-weights.ts';
import { verifyWords, type WordsSource } from './verify-words.ts';

/** How one case compares with the reference. Plain JSON. */
export type CaseReport = {
  readonly name: string;
  readonly passed: boolean;
  /** By kind: the largest difference of any number, or how many ids or texts are not equal. */
  readonly differences: Readonly<Record<string, number>>;
  /** What is not within its tolerance, in words. */
  readonly problems: readonly string[];
};

export type VerifyReport = {
  readonly passed: boolean;
  readonly cases: readonly CaseReport[];
  /** The largest over all cases. */
  readonly differences: Readonly<Record<string, number>>;
};

export type VerifyOptions = Partial<SessionOptions> & {
  /** A Hugging Face checkpoint folder, or one that is converted already. */
  readonly checkpoint: string;
  /** A folder of cases as training/golden/make.py writes them. */
  readonly cases: string;
  /** Where conversions are kept. */
  readonly dataDir: string;
  /** What a checkpoint is converted to; left out, it goes by its size. */
  readonly weights?: WeightsChoice | undefined;
  readonly onCase: (report: CaseReport) => void;
  readonly signal?: AbortSignal;
};

/**
 * Runs a checkpoint's golden cases through the engine, with the graphs and the code that answer questions, and holds
 * each number to the reference within the tolerances of golden/README.md; rounded weights are held to its words and
 * boxes instead. Blocks the calling thread a step at a time.
 * Fails with `cases-invalid`, `checkpoint-*`, or the signal's reason; cases that differ are in the report.
 */
export const verifyCheckpoint = async (options: VerifyOptions): Promise<VerifyReport> => {
  const { checkpoint, cases, dataDir, weights, threads = 2, spinning = false } = options;
  const { onCase, signal } = options;
  const names = await listCases(cases);
  const converted = await openConverted(checkpoint, dataDir, {
    lanes: 1,
    weights,
    ...(signal && { signal }),
  });
  const reports: CaseReport[] = [];
  const report = (name: string, checks: readonly Check[]): void => {
    const reported = toReport(name, checks);
    reports.push(reported);
    onCase(reported);
  };
  // A folder that is converted already has nothing to be compared with.
  if (converted.directory !== checkpoint) {
    const differing = await countDifferingBytes(checkpoint, converted, signal);
    report('weights', [checkOf('converted_bytes', differing, 0)]);
  }
  const engine = await Engine.open({ ...converted, threads, spinning });
  try {
    const { weights: stored } = converted.manifest;
    if (stored !== 'fp32') {
      const stream = (request: ModelRequest, abort: AbortSignal) => engine.stream(request, abort);
      reports.push(...(await wordReports(stored, { cases, stream, onCase, signal })));
    }
    const answers = new Map<string, Written>();
    for (const name of stored === 'fp32' ? names : []) {
      signal?.throwIfAborted();
      const testCase = await readCase(cases, name);
      if (testCase.kind === 'batch') {
        report(name, checkBatch(testCase, answers));
        continue;
      }
      const answered = await answerCase(engine, testCase);
      const { decodeLogits, greedyIds, tolerance } = answered;
      const steps = comparableSteps(testCase, answered);
      answers.set(name, { decodeLogits, greedyIds, tolerance, steps });
      report(name, checkConversation(testCase, answered));
    }
  } finally {
    await engine.close();
  }
  return {
    passed: reports.every((each) => each.passed),
    cases: reports,
    differences: largestOf(reports.map((each) => each.differences)),
  };
};

/** Cases whose words and boxes are compared, and at the end what they are all together. */
export const wordReports = async (
  source: WordsSource,
  options: {
    readonly cases: string;
    readonly stream: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;
    readonly onCase: (report: CaseReport) => void;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<CaseReport[]> => {
  const reports: CaseReport[] = [];
  const report = (reported: CaseReport): void => {
    reports.push(reported);
    options.onCase(reported);
  };
  const { problems, same, equalWords, overlap } = await verifyWords({
    ...options,
    source,
    onCase: ({ name, comparison }) => {
      const { firstDifference, overlaps } = comparison;
      const differences = {
        unequal_words: 1 - comparison.equalWords,
        ...(firstDifference === null ? {} : { first_different_word: firstDifference }),
        ...(overlaps.length === 0 ? {} : { boxes_apart: 1 - Math.min(...overlaps) }),
      };
      report({ name, passed: true, differences, problems: [] });
    },
  });
  const differences = {
    different_answers: 1 - same,
    unequal_words: 1 - equalWords,
    ...(overlap === null ? {} : { boxes_apart: 1 - overlap }),
  };
  report({ name: 'all together', passed: problems.length === 0, differences, problems });
  return reports;
};

/** What a batch needs of its members' answers; the rest may be large. */
type Written = Pick<Answered, 'decodeLogits' | 'greedyIds' | 'tolerance'> & {
  /** As many as can be compared with the reference's. */
  readonly steps: number;
};

/** A batch that the reference padded and decoded together, against our answers to each of its members alone. */
const checkBatch = (
  { expected, tensors }: BatchCase,
  answers: ReadonlyMap<string, Written>,
): Check[] => {
  const theirs = tensors.get('decode_logits');
  const steps = theirs?.shape[1] ?? 0;
  let [logits, unequal] = [0, 0];
  for (const [member, name] of expected.members.entries()) {
    const answered = answers.get(name);
    const length = expected.greedy_lengths[member] ?? 0;
    const parted = answered !== undefined && answered.steps < answered.greedyIds.length;
    for (let step = 0; step < (parted ? answered.steps - 1 : length); step++) {
      const row = answered?.decodeLogits[step];
      const there = theirs && row ? rowDifference(theirs, member * steps + step, row) : Infinity;
      logits = Math.max(logits, there);
      if (answered?.greedyIds[step] !== expected.greedy_ids[member]?.[step]) unequal += 1;
    }
  }
  const tolerance = Math.max(...expected.members.map((name) => answers.get(name)?.tolerance ?? 0));
  return [checkOf('decode_logits', logits, tolerance), checkOf('greedy_ids', unequal, 0)];
};

const toReport = (name: string, checks: readonly Check[]): CaseReport => ({
  name,
  passed: checks.every((check) => check.ok),
  differences: largestOf(checks.map(({ kind, difference }) => ({ [kind]: difference }))),
  problems: checks.filter((check) => !check.ok).map(inWords),
});

const inWords = ({ kind, difference, tolerance }: Check): string => {
  const what = kind.replaceAll('_', ' ');
  if (tolerance === 0 && Number.isInteger(difference)) return `${what}: ${difference} not equal`;
  return `${what} differ by ${difference.toPrecision(2)}, more than ${tolerance.toPrecision(2)}`;
};

const largestOf = (
  differences: readonly Readonly<Record<string, number>>[],
): Record<string, number> => {
  const largest: Record<string, number> = {};
  for (const [kind, difference] of differences.flatMap((each) => Object.entries(each))) {
    largest[kind] = Math.max(largest[kind] ?? 0, difference);
  }
  return largest;
};
