import type { ModelEvent } from '../model.ts';
import type { Engine } from './engine.ts';
import { traceAnswer } from './trace.ts';
import type { ConversationCase } from './verify-case.ts';
import {
  argmax,
  type Check,
  checkOf,
  largestDifference,
  logitsTolerance,
  pixelDifference,
  promptLogitsDifference,
  rowDifference,
  statesTolerance,
  unequalPlaces,
} from './verify-differences.ts';

/** What the engine makes of a conversation, in the reference's terms. */
export type Answered = {
  readonly inputIds: Int32Array;
  readonly pixelValues: Float32Array;
  readonly visionHidden: Float32Array;
  readonly imageFeatures: Float32Array;
  /** Largest difference of any of the prompt's logits. */
  readonly logitsDifference: number;
  /** A row for each token that was written. */
  readonly decodeLogits: readonly Float32Array[];
  readonly greedyIds: readonly number[];
  readonly text: string;
  readonly finish: 'stop' | 'length';
  /** For the logits of this case. */
  readonly tolerance: number;
};

/** Answers the case's conversation greedily, with as many tokens as the reference wrote. */
export const answerCase = async (engine: Engine, testCase: ConversationCase): Promise<Answered> => {
  const { messages, expected } = testCase;
  const inputIds = engine.buildPrompt(messages).ids;
  const pixelValues: Float32Array[] = [];
  const visionHidden: Float32Array[] = [];
  const decodeLogits: Float32Array[] = [];
  let imageFeatures: Float32Array = new Float32Array();
  let logitsDifference = 0;
  let positions = 0;
  const observer = {
    tile: (pixels: Float32Array, hidden: Float32Array): void => {
      pixelValues.push(pixels.slice());
      visionHidden.push(hidden.slice());
    },
    imageFeatures: (features: Float32Array): void => void (imageFeatures = features),
    // The golden vectors of a prompt may be gigabytes, so each row is compared as it comes.
    logits: (position: number, row: Float32Array): void => {
      if (position < inputIds.length) {
        const difference = promptLogitsDifference(testCase, position, row);
        logitsDifference = Math.max(logitsDifference, difference);
        positions += 1;
      }
      if (position >= inputIds.length - 1) decodeLogits.push(row.slice());
    },
  };
  const request = {
    messages,
    maxTokens: expected.greedy_ids.length,
    sampling: { temperature: 0, topP: 1, seed: undefined },
    stop: [],
    asker: 'verify',
    background: false,
  };
  let text = '';
  let finish: Answered['finish'] = 'length';
  const never = new AbortController().signal;
  for await (const event of traceAnswer(engine, request, observer, never)) {
    text += textOf(event);
    if (event.type === 'end') finish = event.finishReason;
  }
  return {
    inputIds,
    pixelValues: joined(pixelValues),
    visionHidden: joined(visionHidden),
    imageFeatures,
    logitsDifference: positions === inputIds.length ? logitsDifference : Infinity,
    decodeLogits,
    greedyIds: decodeLogits.map(argmax),
    text,
    finish,
    tolerance: logitsTolerance(expected.logit_std, expected.dtype),
  };
};

const textOf = (event: ModelEvent): string => (event.type === 'text-delta' ? event.text : '');

/** Everything that the case has numbers for. */
export const checkConversation = (testCase: ConversationCase, answered: Answered): Check[] => {
  const { expected, tensors } = testCase;
  const [hidden, features] = [tensors.get('vision_hidden'), tensors.get('image_features')];
  const finish = expected.finish === 'eos' ? 'stop' : 'length';
  const steps = comparableSteps(testCase, answered);
  // From a near tie on, two right answers may be different ones.
  const parted = steps < expected.greedy_ids.length;
  const allowed = (difference: number): number => (parted ? difference : 0);
  const unequalIds = unequalPlaces(answered.greedyIds, expected.greedy_ids);
  const otherText = answered.text === expected.text ? 0 : 1;
  const otherFinish = answered.finish === finish ? 0 : 1;
  return [
    checkOf('input_ids', unequalPlaces(answered.inputIds, expected.input_ids), 0),
    ...(expected.image === null
      ? []
      : [checkOf('pixel_values', pixelDifference(answered.pixelValues, testCase), 0)]),
    ...(hidden
      ? [
          checkOf(
            'vision_hidden',
            largestDifference(answered.visionHidden, hidden.values),
            statesTolerance(hidden, expected.dtype),
          ),
        ]
      : []),
    ...(features
      ? [
          checkOf(
            'image_features',
            largestDifference(answered.imageFeatures, features.values),
            statesTolerance(features, expected.dtype),
          ),
        ]
      : []),
    checkOf('logits', answered.logitsDifference, answered.tolerance),
    checkOf('decode_logits', decodeDifference(testCase, answered, steps), answered.tolerance),
    checkOf('greedy_ids', unequalIds, allowed(unequalIds)),
    checkOf('text', otherText, allowed(otherText)),
    checkOf('finish', otherFinish, allowed(otherFinish)),
  ];
};

/**
 * Steps whose logits can be held beside each other: all, or those up to the first where we chose another token than
 * the reference did although its own logits of the two lie closer than the tolerance of each. Afterwards the two
 * answers are about different words. An unexplained difference ends nothing.
 */
export const comparableSteps = (
  { tensors, expected }: ConversationCase,
  { greedyIds, tolerance }: Pick<Answered, 'greedyIds' | 'tolerance'>,
): number => {
  const step = expected.greedy_ids.findIndex((id, index) => greedyIds[index] !== id);
  const theirs = tensors.get('decode_logits');
  const all = expected.greedy_ids.length;
  if (step < 0 || !theirs) return all;
  const width = theirs.shape.at(-1) ?? 0;
  const logit = (id: number | undefined): number =>
    theirs.values[step * width + (id ?? NaN)] ?? NaN;
  const margin = logit(expected.greedy_ids[step]) - logit(greedyIds[step]);
  // A reference that did not choose the best by its own logits explains nothing.
  return margin >= 0 && margin <= 2 * tolerance ? step + 1 : all;
};

const decodeDifference = (
  { tensors, expected }: ConversationCase,
  { decodeLogits }: Answered,
  steps: number,
): number => {
  const theirs = tensors.get('decode_logits');
  const whole = decodeLogits.length === expected.greedy_ids.length;
  if (!theirs || (!whole && steps > decodeLogits.length)) return Infinity;
  return Math.max(...decodeLogits.slice(0, steps).map((row, k) => rowDifference(theirs, k, row)));
};

const joined = (arrays: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    all.set(array, offset);
    offset += array.length;
  }
  return all;
};
