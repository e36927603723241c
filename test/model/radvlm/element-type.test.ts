import { expect, test } from 'vitest';
import { widen } from '../../../src/model/radvlm/element-type.ts';

const every16Bits = Uint16Array.from({ length: 0x1_0000 }, (_, bits) => bits);
const bytesOf = (values: Uint16Array | Uint32Array) => new Uint8Array(values.buffer);

/** IEEE 754 binary16, by its definition. */
const halfValue = (bits: number): number => {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = (bits & 0x3ff) / 1024;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
};

test('every float16 is widened exactly: subnormals, both zeros, infinities and NaN too', () => {
  const floats = new Float32Array(0x1_0000);
  widen('F16', bytesOf(every16Bits), floats, 0);
  const wrong = every16Bits.filter((bits) => !Object.is(floats[bits], halfValue(bits)));
  expect([...wrong]).toEqual([]);
});

test('every bfloat16 is widened exactly: it is the upper half of a float32', () => {
  const floats = new Float32Array(0x1_0000);
  widen('BF16', bytesOf(every16Bits), floats, 0);
  const bits = new Uint32Array(floats.buffer);
  expect([...every16Bits].filter((half) => bits[half] !== half * 0x1_0000)).toEqual([]);
});

test('a float32 keeps its bits, a NaN its payload', () => {
  const patterns = Uint32Array.of(
    0,
    0x8000_0000,
    1,
    0x7f80_0000,
    0xff80_0001,
    0x7fc0_1234,
    0x3f80_0000,
  );
  const floats = new Float32Array(patterns.length);
  widen('F32', bytesOf(patterns), floats, 0);
  expect(new Uint32Array(floats.buffer)).toEqual(patterns);
});

test('elements are written from the offset on, and no others are touched', () => {
  const floats = new Float32Array(5).fill(9);
  widen('F16', bytesOf(Uint16Array.of(0x3c00, 0xc000)), floats, 2);
  expect([...floats]).toEqual([9, 9, 1, -2, 9]);
});
