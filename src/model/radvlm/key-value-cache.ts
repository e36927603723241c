/** The part of a checkpoint's text configuration that decides how large a cached token is. */
export type CacheShape = {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
};

/** New rows as the decoder returns them: one array a layer, [tokens, keyValueHeads * headSize], after rope. */
export type NewRows = {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
};

/** The decoder computes masked columns up to the stride, so short sequences grow in small pages. */
const SMALL_PAGE = 64;
const SMALL_PAGES_UNTIL = 512;
/** Growth moves the whole cache (36 ms at 8,000 tokens of a 7B), so long sequences grow in large ones. */
const LARGE_PAGE = 256;

const strideFor = (tokens: number): number => {
  const page = tokens <= SMALL_PAGES_UNTIL ? SMALL_PAGE : LARGE_PAGE;
  return Math.ceil(Math.max(1, tokens) / page) * page;
};

/**
 * Keys and values of one sequence (transformers: DynamicCache), in the layout the decoder graph reads without a copy:
 * per layer keys [keyValueHeads, T, headSize] and values transposed, [keyValueHeads, headSize, T], where T, the
 * stride, is `length` rounded up to a page. What the graph relies on: columns of values at and beyond `length` are
 * zero. Keys there may hold anything finite, and are zero too. Rows are only ever added, until all go.
 */
export class KeyValueCache {
  readonly shape: CacheShape;
  /** Tokens it can hold. */
  readonly capacity: number;
  readonly #keys: readonly Float32Array[];
  readonly #values: readonly Float32Array[];
  #length = 0;
  #stride = 0;

  /** Large arrays are taken from the system as they are first written, page by page, not here. */
  constructor(shape: CacheShape, capacity: number) {
    this.shape = shape;
    this.capacity = capacity;
    const numbers = shape.keyValueHeads * shape.headSize * strideFor(capacity);
    const arrays = (): Float32Array[] =>
      Array.from({ length: shape.layers }, () => new Float32Array(numbers));
    this.#keys = arrays();
    this.#values = arrays();
  }

  /** Tokens it holds. */
  get length(): number {
    return this.#length;
  }

  /** T, the padded length. */
  get stride(): number {
    return this.#stride;
  }

  /** Memory of what it holds; what was never written has not been taken from the system. */
  get bytes(): number {
    const { layers, keyValueHeads, headSize } = this.shape;
    return 2 * layers * keyValueHeads * headSize * this.#stride * Float32Array.BYTES_PER_ELEMENT;
  }

  /** [keyValueHeads, stride, headSize], a view that is good until the cache next grows. */
  keys(layer: number): Float32Array {
    return this.#used(this.#keys, layer);
  }

  /** [keyValueHeads, headSize, stride], a view that is good until the cache next grows. */
  values(layer: number): Float32Array {
    return this.#used(this.#values, layer);
  }

  /** Makes the stride large enough for `tokens`. */
  reserve(tokens: number): void {
    if (tokens > this.capacity) throw new RangeError(`${tokens} tokens in ${this.capacity}`);
    if (tokens <= this.#stride) return;
    const { keyValueHeads, headSize } = this.shape;
    const [from, to, length] = [this.#stride, strideFor(tokens), this.#length];
    for (const keys of this.#keys) {
      widen(keys, keyValueHeads, from * headSize, to * headSize, length * headSize);
    }
    for (const values of this.#values) widen(values, keyValueHeads * headSize, from, to, length);
    this.#stride = to;
  }

  /** Adds `count` tokens: rows `first`... of what the decoder returned. */
  append(rows: NewRows, first: number, count: number): void {
    this.reserve(this.#length + count);
    const { layers, keyValueHeads, headSize } = this.shape;
    const [stride, length, width] = [this.#stride, this.#length, keyValueHeads * headSize];
    for (let layer = 0; layer < layers; layer++) {
      const [keys, values] = [layerOf(this.#keys, layer), layerOf(this.#values, layer)];
      const [newKeys, newValues] = [layerOf(rows.keys, layer), layerOf(rows.values, layer)];
      for (let i = 0; i < count; i++) {
        for (let head = 0; head < keyValueHeads; head++) {
          const source = (first + i) * width + head * headSize;
          const row = newKeys.subarray(source, source + headSize);
          keys.set(row, (head * stride + length + i) * headSize);
        }
      }
      // [tokens, width] to [width, tokens]
      for (let column = 0; column < width; column++) {
        const target = column * stride + length;
        for (let i = 0; i < count; i++) {
          values[target + i] = newValues[(first + i) * width + column] as number;
        }
      }
    }
    this.#length += count;
  }

  /** Adds `count` of another cache's tokens, from its token `first` on; positions are the caller's affair. */
  copyFrom(other: KeyValueCache, first: number, count: number): void {
    if (first + count > other.length) throw new RangeError(`${first + count} of ${other.length}`);
    if (count <= 0) return;
    this.reserve(this.#length + count);
    const { layers, keyValueHeads, headSize } = this.shape;
    const [start, to, from] = [this.#length, this.#stride, other.#stride];
    const last = first + count;
    for (let layer = 0; layer < layers; layer++) {
      const [keys, values] = [layerOf(this.#keys, layer), layerOf(this.#values, layer)];
      const [itsKeys, itsValues] = [layerOf(other.#keys, layer), layerOf(other.#values, layer)];
      for (let head = 0; head < keyValueHeads; head++) {
        const [begin, end] = [(head * from + first) * headSize, (head * from + last) * headSize];
        keys.set(itsKeys.subarray(begin, end), (head * to + start) * headSize);
      }
      for (let row = 0; row < keyValueHeads * headSize; row++) {
        values.set(itsValues.subarray(row * from + first, row * from + last), row * to + start);
      }
    }
    this.#length += count;
  }

  /** Empties it and wipes what it held. */
  clear(): void {
    for (let layer = 0; layer < this.shape.layers; layer++) {
      this.keys(layer).fill(0);
      this.values(layer).fill(0);
    }
    this.#length = 0;
    this.#stride = 0;
  }

  #used(arrays: readonly Float32Array[], layer: number): Float32Array {
    const { keyValueHeads, headSize } = this.shape;
    return layerOf(arrays, layer).subarray(0, keyValueHeads * headSize * this.#stride);
  }
}

const layerOf = (arrays: readonly Float32Array[], layer: number): Float32Array => {
  const array = arrays[layer];
  if (!array) throw new RangeError(`No layer ${layer}`);
  return array;
};

/** Moves `rows` rows of `used` numbers apart, from a stride to a larger one, and zeroes what lies between them. */
const widen = (array: Float32Array, rows: number, from: number, to: number, used: number): void => {
  for (let row = rows - 1; row > 0; row--) {
    array.copyWithin(row * to, row * from, row * from + used);
  }
  if (from === 0) return; // Never written, or wiped: all zeros.
  for (let row = 0; row < rows; row++) array.fill(0, row * to + used, (row + 1) * to);
};
