import type { Grey } from '../gate/grey.ts';
import type { PixelBox } from './text-gate.ts';
import type { TextRegion } from './text-regions.ts';

/** The upright box around a line of text, `margin` pixels wider on each side, within the picture. */
export const boxAround = (
  { x, y, length, thickness, angle }: TextRegion,
  { width, height }: Pick<Grey, 'width' | 'height'>,
  margin = 0,
): PixelBox => {
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const halfWidth = (length * cos + thickness * sin) / 2 + margin;
  const halfHeight = (length * sin + thickness * cos) / 2 + margin;
  return {
    x1: clamp(Math.floor(x - halfWidth), width - 1),
    y1: clamp(Math.floor(y - halfHeight), height - 1),
    x2: Math.max(1, clamp(Math.ceil(x + halfWidth), width)),
    y2: Math.max(1, clamp(Math.ceil(y + halfHeight), height)),
  };
};

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
