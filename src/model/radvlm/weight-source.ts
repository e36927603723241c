import type { CheckpointConfig } from './config.ts';

/**
 * Weights on their way into a graph: known by size, read when they are written, a piece at a time, so that converting
 * needs the memory of a piece and not of a tensor.
 */
export type WeightSource = {
  /** As many as the tensor's shape says. */
  readonly elements: number;
  /** In order, whole rows (of the last dimension) a chunk. A chunk is valid until the next one is asked for. */
  readonly chunks: () => AsyncIterable<Float32Array>;
};

/** What a graph is made of: shapes, and weights by our names (tensor-names.ts). */
export type ModelWeights = {
  readonly config: CheckpointConfig;
  weight(name: string, shape: readonly number[]): WeightSource;
};

export const weightOf = (values: Float32Array): WeightSource => ({
  elements: values.length,
  async *chunks() {
    yield values;
  },
});

/** Several matrices with the same number of columns as one, rows below rows. */
export const stackRows = (sources: readonly WeightSource[]): WeightSource => ({
  elements: sources.reduce((sum, source) => sum + source.elements, 0),
  async *chunks() {
    for (const source of sources) yield* source.chunks();
  },
});

/** Of a matrix with so many columns those from `from` up to `to`. */
export const sliceColumns = (
  source: WeightSource,
  columns: number,
  { from, to }: { readonly from: number; readonly to: number },
): WeightSource => ({
  elements: (source.elements / columns) * (to - from),
  async *chunks() {
    for await (const chunk of source.chunks()) {
      const rows = chunk.length / columns;
      const slice = new Float32Array(rows * (to - from));
      for (let row = 0; row < rows; row++)
        slice.set(chunk.subarray(row * columns + from, row * columns + to), row * (to - from));
      yield slice;
    }
  },
});

/** The machine's own byte order, which is the little-endian one that ONNX wants on all that Node's builds run on. */
export const bytesOf = (chunk: Uint8Array | Float32Array): Uint8Array =>
  new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
