import type { Pixels } from '../pixels.ts';

/** A grey picture stored as RGB becomes one channel, so that both are one film. */
export const collapseGrey = (pixels: Pixels): Pixels => {
  const { data, width, height, channels } = pixels;
  if (channels === 1) return pixels;
  for (let i = 0; i < data.length; i += 3) {
    if (data[i] !== data[i + 1] || data[i] !== data[i + 2]) return pixels;
  }
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = data[i * 3]!;
  return { data: grey, width, height, channels: 1 };
};
