import type { Grey } from '../gate/grey.ts';
import type { PixelBox } from './text-gate.ts';
import type { TextRegion } from './text-regions.ts';

/**
 * The upright box around a line of text, within the picture; with so many pixels more before and behind the line
 * (`along`), and above and below it (`across`).
 */
export const boxAround = (
  region: TextRegion,
  { width, height }: Pick<Grey, 'width' | 'height'>,
  { along = 0, across = 0 }: { readonly along?: number; readonly across?: number } = {},
): PixelBox => {
  const { x, y, angle } = region;
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const length = region.length + 2 * along;
  const thickness = region.thickness + 2 * across;
  const halfWidth = (length * cos + thickness * sin) / 2;
  const halfHeight = (length * sin + thickness * cos) / 2;
  return {
    x1: clamp(Math.floor(x - halfWidth), width - 1),
    y1: clamp(Math.floor(y - halfHeight), height - 1),
    x2: Math.max(1, clamp(Math.ceil(x + halfWidth), width)),
    y2: Math.max(1, clamp(Math.ceil(y + halfHeight), height)),
  };
};

const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
