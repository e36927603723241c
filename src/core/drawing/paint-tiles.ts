import { setImmediate } from 'node:timers/promises';
import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import { overlapOf, type Rectangle } from './rectangle.ts';

/** 8-bit RGB, rows top to bottom, three bytes a pixel. Changed in place. */
export type Pixels = { readonly data: Uint8Array; readonly width: number; readonly height: number };

/** A tile takes about a millisecond; other work goes on between two. */
const TILE = 512;

/**
 * Draws on a picture, tile by tile, only where the drawing touches it. A canvas of a whole film of 60 million pixels
 * would take 480 MB and hold up everything else for a second; and pixels that are never copied cannot change.
 *
 * `paint` is called once a tile, in the picture's own coordinates; `touched` must hold all that it draws.
 */
export const paintTiles = async (
  pixels: Pixels,
  touched: readonly Rectangle[],
  paint: (context: SKRSContext2D) => void,
): Promise<void> => {
  const canvas = createCanvas(TILE, TILE);
  const context = canvas.getContext('2d');
  for (const tile of tilesOf(pixels)) {
    if (!touched.some((area) => overlapOf(area, tile) > 0)) continue;
    const width = tile.right - tile.left;
    const height = tile.bottom - tile.top;
    context.putImageData(new ImageData(copyOut(pixels, tile), width, height), 0, 0);
    context.save();
    context.translate(-tile.left, -tile.top);
    paint(context);
    context.restore();
    copyIn(pixels, tile, context.getImageData(0, 0, width, height).data);
    await setImmediate();
  }
};

const tilesOf = function* ({ width, height }: Pixels): Generator<Rectangle> {
  for (let top = 0; top < height; top += TILE) {
    for (let left = 0; left < width; left += TILE) {
      const right = Math.min(width, left + TILE);
      yield { left, top, right, bottom: Math.min(height, top + TILE) };
    }
  }
};

/** RGBA of a tile. */
const copyOut = ({ data, width }: Pixels, tile: Rectangle): Uint8ClampedArray => {
  const tileWidth = tile.right - tile.left;
  const copy = new Uint8ClampedArray(tileWidth * (tile.bottom - tile.top) * 4);
  let to = 0;
  for (let y = tile.top; y < tile.bottom; y += 1) {
    let from = (y * width + tile.left) * 3;
    for (let x = 0; x < tileWidth; x += 1) {
      copy[to] = data[from] ?? 0;
      copy[to + 1] = data[from + 1] ?? 0;
      copy[to + 2] = data[from + 2] ?? 0;
      copy[to + 3] = 255;
      from += 3;
      to += 4;
    }
  }
  return copy;
};

const copyIn = ({ data, width }: Pixels, tile: Rectangle, painted: Uint8ClampedArray): void => {
  let from = 0;
  for (let y = tile.top; y < tile.bottom; y += 1) {
    let to = (y * width + tile.left) * 3;
    for (let x = tile.left; x < tile.right; x += 1) {
      data[to] = painted[from] ?? 0;
      data[to + 1] = painted[from + 1] ?? 0;
      data[to + 2] = painted[from + 2] ?? 0;
      from += 4;
      to += 3;
    }
  }
};
