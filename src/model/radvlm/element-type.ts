/** The number formats that weights are stored in, and their exact widening to float32. */

export const ELEMENT_BYTES = { F32: 4, F16: 2, BF16: 2 } as const;

export type ElementType = keyof typeof ELEMENT_BYTES;

export const isElementType = (name: string): name is ElementType =>
  Object.hasOwn(ELEMENT_BYTES, name);

/**
 * Writes little-endian elements as float32 into `into`, from `offset` on, bit for bit what `tensor.float()` of torch gives:
 * subnormals, infinities and the payload of a NaN included. `bytes` holds whole elements and starts at a multiple of
 * their size in its buffer.
 */
export const widen = (
  type: ElementType,
  bytes: Uint8Array,
  into: Float32Array,
  offset: number,
): void => {
  const elements = bytes.byteLength / ELEMENT_BYTES[type];
  const bits = new Uint32Array(into.buffer, into.byteOffset + offset * 4, elements);
  if (type === 'F32') {
    bits.set(new Uint32Array(bytes.buffer, bytes.byteOffset, elements));
    return;
  }
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, elements);
  if (type === 'BF16') {
    for (let index = 0; index < elements; index++) bits[index] = (halves[index] ?? 0) << 16;
    return;
  }
  const table = halfTable();
  for (let index = 0; index < elements; index++) bits[index] = table[halves[index] ?? 0] ?? 0;
};

/** Float32 bits of a float16: 1 sign, 5 exponent (bias 15), 10 mantissa bits. */
const halfBits = (half: number): number => {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const mantissa = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f80_0000 | (mantissa << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  // Subnormal: mantissa x 2^-24, a normal number in float32.
  const magnitude = new Uint32Array(new Float32Array([mantissa * 2 ** -24]).buffer)[0] ?? 0;
  return sign | magnitude;
};

let halves: Uint32Array | undefined;

/** All 65,536 float16 values (256 KiB), made at the first use. */
const halfTable = (): Uint32Array =>
  (halves ??= Uint32Array.from({ length: 0x1_0000 }, (_, half) => halfBits(half)));
