import { createHash } from 'node:crypto';
import type { Arithmetic, CaseTensor, ConversationCase } from './verify-case.ts';

/** What is compared. */
export type CheckKind =
  | 'converted_bytes'
  | 'input_ids'
  | 'pixel_values'
  | 'vision_hidden'
  | 'image_features'
  | 'logits'
  | 'decode_logits'
  | 'greedy_ids'
  | 'text'
  | 'finish';

/** `difference` is the largest of any number, or how many ids, characters or values are not equal. */
export type Check = {
  readonly kind: CheckKind;
  readonly difference: number;
  readonly tolerance: number;
  readonly ok: boolean;
};

export const checkOf = (kind: CheckKind, difference: number, tolerance: number): Check => ({
  kind,
  // JSON has no infinity, and NaN must not pass for small.
  difference: Number.isFinite(difference) ? difference : Number.MAX_VALUE,
  tolerance,
  ok: difference <= tolerance,
});

/**
 * By the reference's arithmetic, as a share of the logits' standard deviation. float32: the reference's own answers
 * differ by up to 1.1e-4 where it is 2.8. The others: about three times what the demo checkpoint's cases, made in
 * that arithmetic, differ by from ours (0.009 and 0.06).
 */
const LOGITS_TOLERANCE: Record<Arithmetic, number> = {
  float32: 3e-4 / 2.8,
  float16: 0.03,
  bfloat16: 0.2,
};
/** Times (1 + the largest absolute value); torch's own float32 spread is a tenth of it, the others as above. */
const STATES_TOLERANCE: Record<Arithmetic, number> = {
  float32: 2e-5,
  float16: 5e-3,
  bfloat16: 4e-2,
};

export const logitsTolerance = (logitStd: number, arithmetic: Arithmetic): number =>
  LOGITS_TOLERANCE[arithmetic] * Math.max(1, logitStd);

export const statesTolerance = ({ values }: CaseTensor, arithmetic: Arithmetic): number => {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i] ?? 0));
  return STATES_TOLERANCE[arithmetic] * (1 + largest);
};

/** The largest absolute difference; infinite when the lengths differ or a number is none. */
export const largestDifference = (ours: ArrayLike<number>, theirs: ArrayLike<number>): number => {
  if (ours.length !== theirs.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < ours.length; i++) {
    const difference = Math.abs((ours[i] ?? NaN) - (theirs[i] ?? NaN));
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
};

/** How many places of the two lists are not equal, places that one lacks included. */
export const unequalPlaces = (ours: ArrayLike<number>, theirs: ArrayLike<number>): number => {
  let unequal = 0;
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    if (ours[i] !== theirs[i]) unequal += 1;
  }
  return unequal;
};

/** Pixel values must be equal in every bit; a case too large to hold them holds their hash. */
export const pixelDifference = (
  ours: Float32Array,
  { tensors, expected }: ConversationCase,
): number => {
  const theirs = tensors.get('pixel_values');
  if (theirs) return largestDifference(ours, theirs.values);
  const bytes = new Uint8Array(ours.buffer, ours.byteOffset, ours.byteLength);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return sha256 === expected['pixel_values_sha256'] ? 0 : 1;
};

/** Compares the prompt's logits row by row with whichever form the case has: all of them, or three numbers a row. */
export const promptLogitsDifference = (
  { tensors }: ConversationCase,
  position: number,
  row: Float32Array,
): number => {
  const all = tensors.get('logits');
  if (all) return rowDifference(all, position, row);
  const number = (name: string): number => tensors.get(name)?.values[position] ?? NaN;
  const max = number('logits_max');
  const { largest, logSumExp } = summaryOf(row);
  return Math.max(
    orInfinity(Math.abs(largest - max)),
    // The same token at the top, or one so close to it that rounding decides.
    orInfinity(Math.abs((row[number('logits_argmax')] ?? NaN) - max)),
    orInfinity(Math.abs(logSumExp - number('logits_logsumexp'))),
  );
};

/** A row of a tensor [rows, row length], or of [..., rows, row length] counted through, against ours. */
export const rowDifference = (tensor: CaseTensor, index: number, row: Float32Array): number => {
  const width = tensor.shape.at(-1) ?? 0;
  if (width !== row.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < width; i++) {
    const difference = Math.abs((row[i] ?? NaN) - (tensor.values[index * width + i] ?? NaN));
    if (!(difference <= largest)) largest = orInfinity(difference);
  }
  return largest;
};

/** The first of the largest, as torch's argmax. */
export const argmax = (row: Float32Array): number => {
  let best = 0;
  for (let i = 1; i < row.length; i++) if ((row[i] ?? NaN) > (row[best] ?? NaN)) best = i;
  return best;
};

const summaryOf = (row: Float32Array): { largest: number; logSumExp: number } => {
  const largest = row[argmax(row)] ?? NaN;
  let sum = 0;
  for (const logit of row) sum += Math.exp(logit - largest);
  return { largest, logSumExp: largest + Math.log(sum) };
};

const orInfinity = (difference: number): number =>
  Number.isNaN(difference) ? Infinity : difference;
