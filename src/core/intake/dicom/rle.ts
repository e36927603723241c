import { WetreadError } from '../../../errors.ts';
import type { PixelLayout } from './header.ts';

/** The number of segments, then 15 offsets, of four bytes each. */
const HEADER_BYTES = 64;

/**
 * Run-length coding, DICOM PS3.5 annex G: a segment for each byte of each sample, the most significant first. Strict,
 * as a run that is missing would otherwise be a black band on the film. Fails with `picture-damaged`.
 */
export const decodeRle = (
  packed: Buffer,
  { width, height, samples, bitsAllocated }: PixelLayout,
): Buffer => {
  const pixels = width * height;
  const bytesEach = bitsAllocated / 8;
  const count = samples * bytesEach;
  const starts = readStarts(packed, count);
  const out = Buffer.alloc(pixels * count);
  for (const [i, start] of starts.entries()) {
    const sample = Math.floor(i / bytesEach);
    const significance = bytesEach - 1 - (i % bytesEach);
    const segment = packed.subarray(start, starts[i + 1]);
    unpackSegment(segment, out, { at: sample * bytesEach + significance, step: count, pixels });
  }
  return out;
};

const readStarts = (packed: Buffer, count: number): number[] => {
  if (packed.length < HEADER_BYTES || packed.readUInt32LE(0) !== count) throw damaged();
  const starts = Array.from({ length: count }, (_, i) => packed.readUInt32LE(4 + 4 * i));
  let least = HEADER_BYTES;
  for (const start of starts) {
    if (start < least || start >= packed.length) throw damaged();
    least = start + 1;
  }
  return starts;
};

/** Writes the bytes of one segment to `at`, `at + step`, … until all `pixels` have theirs. */
const unpackSegment = (
  segment: Buffer,
  out: Buffer,
  { at, step, pixels }: { at: number; step: number; pixels: number },
): void => {
  let from = 0;
  let left = pixels;
  while (left > 0) {
    const control = segment[from++];
    if (control === undefined) throw damaged();
    if (control === 128) continue;
    const isRun = control > 128;
    const length = isRun ? 257 - control : control + 1;
    if (length > left || from + (isRun ? 1 : length) > segment.length) throw damaged();
    for (let i = 0; i < length; i++, at += step) out[at] = segment[isRun ? from : from + i]!;
    from += isRun ? 1 : length;
    left -= length;
  }
};

const damaged = (): WetreadError => new WetreadError('picture-damaged');
