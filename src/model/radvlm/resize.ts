/** 8-bit pixels, interleaved, rows top to bottom: data[(y * width + x) * channels + channel]. */
export type Pixels = {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
};

/**
 * Bits of the fixed-point weights: 32, less 8 for the value and 2 for lobes that overshoot. So a sum of products stays
 * inside an int32, and plain integer additions are exact.
 */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);
/** Reach of the cubic on either side, in input pixels when enlarging, in output pixels when shrinking. */
const SUPPORT = 2;

/** For each output position along one axis: where its inputs begin, how many there are, and their weights. */
type Taps = {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** Weights of output i: weights[i * stride + 0 .. count[i]). */
  readonly weights: Int32Array;
  readonly stride: number;
};

/**
 * Pillow's bicubic, equal in every element to `Image.resize(size, BICUBIC)` of Pillow up to 12.3: antialiased, weights in
 * 22-bit fixed point, two passes with a rounding to 8 bits between them, horizontal first always. A pass whose size
 * does not change is left out. (Pillow 13 turns the order round for some shapes; RadVLM was trained with the old one.)
 * Source: src/libImaging/Resample.c. May return the very pixels it was given.
 */
export const resizeBicubic = (pixels: Pixels, width: number, height: number): Pixels => {
  const wide = width === pixels.width ? pixels : resizeRows(pixels, width);
  return height === wide.height ? wide : resizeColumns(wide, height);
};

/** ImagingResampleHorizontal_8bpc. */
const resizeRows = (pixels: Pixels, width: number): Pixels => {
  const { height, channels } = pixels;
  const taps = computeTaps(pixels.width, width);
  // Storing into a clamped array is Pillow's clip8.
  const out = new Uint8ClampedArray(width * height * channels);
  if (channels === 1) resizeGreyRows(pixels, taps, out, width);
  else resizeColourRows(pixels, taps, out, width);
  return { data: new Uint8Array(out.buffer), width, height, channels };
};

/** Four rows at a time, so that a weight is fetched once for all; at the end, the last row stands in for those that are not there. */
const resizeGreyRows = (
  pixels: Pixels,
  taps: Taps,
  out: Uint8ClampedArray,
  width: number,
): void => {
  const { data, width: inputWidth, height } = pixels;
  const { first, count, weights, stride } = taps;
  for (let y = 0; y < height; y += 4) {
    const rowB = Math.min(y + 1, height - 1);
    const rowC = Math.min(y + 2, height - 1);
    const rowD = Math.min(y + 3, height - 1);
    for (let x = 0; x < width; x++) {
      const a = y * inputWidth + first[x]!;
      const b = rowB * inputWidth + first[x]!;
      const c = rowC * inputWidth + first[x]!;
      const d = rowD * inputWidth + first[x]!;
      const tap = x * stride;
      const taken = count[x]!;
      let sumA = HALF;
      let sumB = HALF;
      let sumC = HALF;
      let sumD = HALF;
      for (let k = 0; k < taken; k++) {
        const weight = weights[tap + k]!;
        sumA += data[a + k]! * weight;
        sumB += data[b + k]! * weight;
        sumC += data[c + k]! * weight;
        sumD += data[d + k]! * weight;
      }
      out[y * width + x] = sumA >> PRECISION_BITS;
      out[rowB * width + x] = sumB >> PRECISION_BITS;
      out[rowC * width + x] = sumC >> PRECISION_BITS;
      out[rowD * width + x] = sumD >> PRECISION_BITS;
    }
  }
};

const resizeColourRows = (
  pixels: Pixels,
  taps: Taps,
  out: Uint8ClampedArray,
  width: number,
): void => {
  const { data, width: inputWidth, height } = pixels;
  const { first, count, weights, stride } = taps;
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let from = (y * inputWidth + first[x]!) * 3;
      const tap = x * stride;
      const taken = count[x]!;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      for (let k = 0; k < taken; k++) {
        const weight = weights[tap + k]!;
        red += data[from]! * weight;
        green += data[from + 1]! * weight;
        blue += data[from + 2]! * weight;
        from += 3;
      }
      out[to] = red >> PRECISION_BITS;
      out[to + 1] = green >> PRECISION_BITS;
      out[to + 2] = blue >> PRECISION_BITS;
      to += 3;
    }
  }
};

/** ImagingResampleVertical_8bpc. Works along whole rows, so that memory is read in order; channels need no distinction. */
const resizeColumns = (pixels: Pixels, height: number): Pixels => {
  const { data, width, channels } = pixels;
  const { first, count, weights, stride } = computeTaps(pixels.height, height);
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  const lastRow = (pixels.height - 1) * rowLength;
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    const start = first[y]! * rowLength;
    const tap = y * stride;
    for (let k = 0; k < count[y]!; k += 4) {
      // Four rows a sweep; those after the last tap weigh nothing, and are read from where there is something to read.
      const a = start + k * rowLength;
      const b = Math.min(a + rowLength, lastRow);
      const c = Math.min(b + rowLength, lastRow);
      const d = Math.min(c + rowLength, lastRow);
      const weightA = weights[tap + k]!;
      const weightB = weights[tap + k + 1]!;
      const weightC = weights[tap + k + 2]!;
      const weightD = weights[tap + k + 3]!;
      for (let i = 0; i < rowLength; i++) {
        sums[i]! +=
          data[a + i]! * weightA +
          data[b + i]! * weightB +
          data[c + i]! * weightC +
          data[d + i]! * weightD;
      }
    }
    const outRow = y * rowLength;
    for (let i = 0; i < rowLength; i++) out[outRow + i] = sums[i]! >> PRECISION_BITS;
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
};

/** precompute_coeffs and normalize_coeffs_8bpc: the weights in doubles, in that order of operations, then in fixed point. */
const computeTaps = (from: number, to: number): Taps => {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = SUPPORT * stretch;
  // A multiple of four, for resizeColumns; what is left over stays zero.
  const stride = Math.ceil((Math.ceil(support) * 2 + 1) / 4) * 4;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  const real = new Float64Array(stride);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(Math.trunc(centre - support + 0.5), 0);
    const taken = Math.min(Math.trunc(centre + support + 0.5), from) - low;
    let total = 0;
    for (let k = 0; k < taken; k++) {
      const weight = cubic((k + low - centre + 0.5) * (1 / stretch));
      real[k] = weight;
      total += weight;
    }
    for (let k = 0; k < taken; k++) {
      const weight = (total === 0 ? real[k]! : real[k]! / total) * (1 << PRECISION_BITS);
      weights[i * stride + k] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    first[i] = low;
    count[i] = taken;
  }
  return { first, count, weights, stride };
};

/** bicubic_filter: Keys' cubic convolution with a = -0.5. */
const cubic = (distance: number): number => {
  const x = Math.abs(distance);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * -0.5;
  return 0;
};
