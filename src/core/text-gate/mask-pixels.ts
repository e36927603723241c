import type { Pixels } from '../pixels.ts';
import type { PixelBox } from './text-gate.ts';

/** The picture with these boxes black; a copy, if there are any. */
export const maskPixels = (pixels: Pixels, boxes: readonly PixelBox[]): Pixels => {
  if (boxes.length === 0) return pixels;
  const { width, channels } = pixels;
  const data = Uint8Array.from(pixels.data);
  for (const { x1, y1, x2, y2 } of boxes)
    for (let y = y1; y < y2; y++)
      data.fill(0, (y * width + x1) * channels, (y * width + x2) * channels);
  return { ...pixels, data };
};
