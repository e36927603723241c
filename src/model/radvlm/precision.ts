import type { Block, Quantization } from './quantize.ts';

/** What a conversion's weights are called. */
export const WEIGHTS = ['fp32', 'int8', 'int4'] as const;
export type Weights = (typeof WEIGHTS)[number];

/** How the linear layers of each part are stored; undefined is float32. */
export type Precision = {
  readonly weights: Weights;
  /** Of the decoder; null for float32. */
  readonly block: Block | null;
  readonly decoder: Quantization | undefined;
  readonly head: Quantization | undefined;
  readonly vision: Quantization | undefined;
};

/** Half as large an error as at 128, and a third faster than 32. */
const INT4_BLOCK = 64;
/** The nearest to float32 that there is: who asks for 8 bits asks for that. */
const INT8_BLOCK = 32;

/**
 * The tower and the head are kept in 8 bits when the decoder has 4: they are a tenth of the weights, a tile's features
 * pass through the tower once for a whole conversation, and the head's errors are the logits' own. Blocks of 128 are
 * the fastest, and with 8 bits a block's size hardly matters beside the 4 of the rest.
 */
const BESIDE_INT4: Quantization = { bits: 8, block: 128 };

export const precisionOf = (weights: Weights, block?: Block): Precision => {
  if (weights === 'fp32')
    return { weights, block: null, decoder: undefined, head: undefined, vision: undefined };
  if (weights === 'int8') {
    const all: Quantization = { bits: 8, block: block ?? INT8_BLOCK };
    return { weights, block: all.block, decoder: all, head: all, vision: all };
  }
  const decoder: Quantization = { bits: 4, block: block ?? INT4_BLOCK };
  return { weights, block: decoder.block, decoder, head: BESIDE_INT4, vision: BESIDE_INT4 };
};

/** A larger checkpoint does not fit into an ordinary machine's memory as float32, twice its size. */
const FP32_UP_TO_BYTES = 1e9;

export const WEIGHTS_CHOICES = ['auto', ...WEIGHTS] as const;
export type WeightsChoice = (typeof WEIGHTS_CHOICES)[number];

export const chooseWeights = (choice: WeightsChoice, checkpointBytes: number): Weights => {
  if (choice !== 'auto') return choice;
  return checkpointBytes < FP32_UP_TO_BYTES ? 'fp32' : 'int4';
};
