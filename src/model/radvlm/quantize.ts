import { z } from 'zod';
import { WetreadError } from '../../errors.ts';
import type { WeightSource } from './weight-source.ts';

/** How a linear layer's weight is stored in few bits: in each row, every `block` numbers share a scale. */
export type Quantization = { readonly bits: 4 | 8; readonly block: Block };

/** Sizes that onnxruntime's kernel has. Smaller ones are nearer to the weights, and slower. */
export const BLOCKS = [32, 64, 128] as const;
export type Block = (typeof BLOCKS)[number];

/** What the rounding costs a tensor. */
export const quantizationErrorSchema = z.object({
  tensor: z.string(),
  bits: z.number(),
  block: z.number(),
  elements: z.number(),
  /** The largest and the mean distance of a weight from what is stored. */
  largest: z.number(),
  mean: z.number(),
  /** Root mean square of the distances, as a share of that of the weights. */
  relative: z.number(),
});
export type QuantizationError = z.infer<typeof quantizationErrorSchema>;

/** The bytes of a quantised [rows, columns]: numbers [rows, blocks, block * bits / 8], and scales float32 [rows, blocks]. */
export const quantizedShape = (
  rows: number,
  columns: number,
  { bits, block }: Quantization,
): { readonly blocks: number; readonly blockBytes: number; readonly bytes: number } => {
  const blocks = Math.ceil(columns / block);
  const blockBytes = (block * bits) / 8;
  return { blocks, blockBytes, bytes: rows * blocks * blockBytes };
};

/** Rows of a weight as they are stored. Views are good until the next ones are asked for. */
type QuantizedRows = {
  readonly numbers: Uint8Array;
  readonly scales: Float32Array;
};

/**
 * Rounds a weight to the nearest of 16 or 256 levels, symmetric about zero, in the layout of onnxruntime's MatMulNBits
 * (docs/ContribOperators.md#com.microsoft.MatMulNBits): unsigned numbers about 8 or 128, the low half of a byte first.
 * The number that is largest in size becomes -8 or -128 exactly, so that the level without an opposite is not wasted.
 * The weight is read a piece at a time; when all rows are given out, `error` tells what it cost, and fails with
 * `checkpoint-tensor-invalid` when the weight had a number in it that is none.
 */
export class Quantizer {
  readonly #source: WeightSource;
  readonly #columns: number;
  readonly #quantization: Quantization;
  #largest = 0;
  #sum = 0;
  #squares = 0;
  #weightSquares = 0;

  constructor(source: WeightSource, columns: number, quantization: Quantization) {
    this.#source = source;
    this.#columns = columns;
    this.#quantization = quantization;
  }

  async *rows(): AsyncGenerator<QuantizedRows> {
    const columns = this.#columns;
    for await (const weights of this.#source.chunks()) {
      const count = weights.length / columns;
      if (!Number.isInteger(count)) throw new RangeError('a piece of a weight ends in a row');
      const { blocks, bytes } = quantizedShape(count, columns, this.#quantization);
      // Zero beyond the row's end is what the kernel wants there: nothing is multiplied by it.
      const numbers = new Uint8Array(bytes);
      const scales = new Float32Array(count * blocks);
      if (this.#quantization.bits === 4) this.#roundTo4(weights, numbers, scales);
      else this.#roundTo8(weights, numbers, scales);
      yield { numbers, scales };
    }
  }

  error(tensor: string): QuantizationError {
    const { elements } = this.#source;
    const { bits, block } = this.#quantization;
    if (!Number.isFinite(this.#weightSquares))
      throw new WetreadError('checkpoint-tensor-invalid', {
        tensor,
        reason: 'it holds a number that is infinite or none',
      });
    const relative = this.#weightSquares === 0 ? 0 : this.#squares / this.#weightSquares;
    return {
      tensor,
      bits,
      block,
      elements,
      largest: this.#largest,
      mean: this.#sum / elements,
      relative: Math.sqrt(relative),
    };
  }

  #roundTo4(weights: Float32Array, numbers: Uint8Array, scales: Float32Array): void {
    const [columns, { block }] = [this.#columns, this.#quantization];
    let [sum, squares, weightSquares, largest] = [0, 0, 0, this.#largest];
    let [scaleAt, byteAt] = [0, 0];
    for (let row = 0; row < weights.length; row += columns) {
      const rowEnd = row + columns;
      for (let start = row; start < rowEnd; start += block) {
        const end = Math.min(start + block, rowEnd);
        const scale = Math.fround(extremeOf(weights, start, end) / -8);
        const inverse = scale === 0 ? 0 : 1 / scale;
        scales[scaleAt++] = scale;
        for (let i = start; i < end; i += 2) {
          const low = weights[i]!;
          // 0 beyond the end of an odd row becomes the middle level.
          const high = i + 1 < end ? weights[i + 1]! : 0;
          const lowLevel = Math.min(15, (low * inverse + 8.5) | 0);
          const highLevel = Math.min(15, (high * inverse + 8.5) | 0);
          numbers[byteAt + ((i - start) >> 1)] = lowLevel | (highLevel << 4);
          const lowError = Math.abs(low - (lowLevel - 8) * scale);
          const highError = Math.abs(high - (highLevel - 8) * scale);
          if (lowError > largest) largest = lowError;
          if (highError > largest) largest = highError;
          sum += lowError + highError;
          squares += lowError * lowError + highError * highError;
          weightSquares += low * low + high * high;
        }
        byteAt += block / 2;
      }
    }
    this.#add(sum, squares, weightSquares, largest);
  }

  #roundTo8(weights: Float32Array, numbers: Uint8Array, scales: Float32Array): void {
    const [columns, { block }] = [this.#columns, this.#quantization];
    let [sum, squares, weightSquares, largest] = [0, 0, 0, this.#largest];
    let [scaleAt, byteAt] = [0, 0];
    for (let row = 0; row < weights.length; row += columns) {
      const rowEnd = row + columns;
      for (let start = row; start < rowEnd; start += block) {
        const end = Math.min(start + block, rowEnd);
        const scale = Math.fround(extremeOf(weights, start, end) / -128);
        const inverse = scale === 0 ? 0 : 1 / scale;
        scales[scaleAt++] = scale;
        for (let i = start; i < end; i++) {
          const weight = weights[i]!;
          const level = Math.min(255, (weight * inverse + 128.5) | 0);
          numbers[byteAt + i - start] = level;
          const error = Math.abs(weight - (level - 128) * scale);
          if (error > largest) largest = error;
          sum += error;
          squares += error * error;
          weightSquares += weight * weight;
        }
        byteAt += block;
      }
    }
    this.#add(sum, squares, weightSquares, largest);
  }

  #add(sum: number, squares: number, weightSquares: number, largest: number): void {
    this.#sum += sum;
    this.#squares += squares;
    this.#weightSquares += weightSquares;
    this.#largest = largest;
  }
}

/** The number that is largest in size, with its sign. */
const extremeOf = (weights: Float32Array, start: number, end: number): number => {
  let low = 0;
  let high = 0;
  for (let i = start; i < end; i++) {
    const weight = weights[i]!;
    if (weight > high) high = weight;
    else if (weight < low) low = weight;
  }
  return high > -low ? high : low;
};
