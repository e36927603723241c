import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { resizeBicubic, type Pixels } from '../../../src/model/radvlm/resize.ts';
import { GOLDEN, readJson, readPixels } from './golden.ts';

type Row = { name: string; from: [number, number]; to: [number, number]; sha256_out: string };
const { cases } = await readJson<{ cases: Row[] }>(`${GOLDEN}/resize/index.json`);

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
const noise = (width: number, height: number, channels: 1 | 3): Pixels => ({
  width,
  height,
  channels,
  data: Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 2654435761) >>> 24),
});

describe('resizing equals Pillow in every element', () => {
  test.each(cases)('$name, $from to $to', async ({ name, to, sha256_out }) => {
    const input = await readPixels(`${GOLDEN}/resize/${name}.in.png`);
    const output = resizeBicubic(input, to[0], to[1]);
    const expected = await readPixels(`${GOLDEN}/resize/${name}.out.png`);
    expect([output.width, output.height, output.channels]).toEqual([...to, input.channels]);
    expect(Buffer.from(output.data).equals(expected.data)).toBe(true);
    expect(sha256(output.data)).toBe(sha256_out);
  });
});

test.each([
  [5, 7],
  [64, 48],
  [200, 150],
])(
  'a grey picture becomes what the same picture in three channels becomes, at %i x %i',
  (width, height) => {
    const grey = noise(61, 47, 1);
    const colour = { ...grey, channels: 3 as const, data: new Uint8Array(grey.data.length * 3) };
    grey.data.forEach((value, i) => colour.data.fill(value, i * 3, i * 3 + 3));
    const one = resizeBicubic(grey, width, height).data;
    const three = resizeBicubic(colour, width, height).data;
    expect(three.filter((_, i) => i % 3 === 1)).toEqual(one);
  },
);

test('the same size gives the same pixels', () => {
  const pixels = noise(9, 8, 3);
  expect(resizeBicubic(pixels, 9, 8)).toBe(pixels);
});
