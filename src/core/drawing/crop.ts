import sharp from 'sharp';
import type { Box, Film, NumberedBox } from '../film.ts';
import type { Rectangle } from './rectangle.ts';

/** Room around what is looked at, as a share of its longer side: what a finding is judged against. */
const MARGIN_SHARE = 0.25;
/** The least room, and the least side of a part, in pixels of the film: less has no anatomy left to know it by. */
const LEAST_MARGIN = 24;
const LEAST_SIDE = 160;
/** A part with a longer side of about this many pixels fills a chat's picture; smaller ones are enlarged, ... */
const WANTED_SIDE = 768;
/** ... but not to where single pixels are looked at. */
const MOST_ENLARGED = 4;

/** A part of a film to be shown on its own. */
export type Part = {
  /** Pixels of the film. */
  readonly area: Rectangle;
  /** Each pixel of the film is shown as a square of so many. */
  readonly times: number;
};

type Size = Pick<Film, 'width' | 'height'>;

/** The part of a film around boxes, in its pixels, with a little around them. */
export const partAround = (boxes: readonly Box[], film: Size): Part => {
  const left = Math.min(...boxes.map(([x1]) => x1));
  const top = Math.min(...boxes.map(([, y1]) => y1));
  const right = Math.max(...boxes.map(([, , x2]) => x2));
  const bottom = Math.max(...boxes.map(([, , , y2]) => y2));
  const longer = Math.max(right - left, bottom - top);
  const margin = Math.max(LEAST_MARGIN, Math.round(longer * MARGIN_SHARE));
  // Not narrower than half of its length either: a clavicle alone is a line.
  const least = Math.max(LEAST_SIDE, Math.round(longer / 2));
  const [x1, x2] = spanOf(left - margin, right + margin, least, film.width);
  const [y1, y2] = spanOf(top - margin, bottom + margin, least, film.height);
  const side = Math.max(x2 - x1, y2 - y1);
  const times = Math.min(MOST_ENLARGED, Math.max(1, Math.round(WANTED_SIDE / side)));
  return { area: { left: x1, top: y1, right: x2, bottom: y2 }, times };
};

/** At least `least` long, within the film, moved rather than cut at its edge. */
const spanOf = (from: number, to: number, least: number, limit: number): [number, number] => {
  const missing = Math.max(0, least - (to - from));
  const start = Math.max(0, from - Math.floor(missing / 2));
  const end = Math.min(limit, Math.max(to, start + least));
  return [Math.max(0, Math.min(start, end - least)), end];
};

/** Whether all of a box is in the part: one that is cut off would seem to end at the picture's edge. */
export const isWithin = ({ area }: Part, [x1, y1, x2, y2]: Box): boolean =>
  x1 >= area.left && y1 >= area.top && x2 <= area.right && y2 <= area.bottom;

/**
 * The part as a picture, and boxes of the film in pixels of that picture. Enlarged by repeating each pixel: nothing is
 * made up between them, and no sharp edge gets a seam that was not there.
 */
export const cutPart = async (
  film: Pick<Film, 'png'>,
  { area, times }: Part,
  boxes: readonly NumberedBox[],
): Promise<{
  readonly picture: Pick<Film, 'png' | 'width' | 'height'>;
  readonly boxes: readonly NumberedBox[];
}> => {
  const width = area.right - area.left;
  const height = area.bottom - area.top;
  const { data, info } = await sharp(film.png)
    .extract({ left: area.left, top: area.top, width, height })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const size = { width: width * times, height: height * times };
  const png = await sharp(repeated(data, width, height, info.channels, times), {
    raw: { ...size, channels: info.channels },
  })
    .png({ compressionLevel: 2 })
    .toBuffer();
  const [x, y] = [area.left, area.top];
  const moved = boxes.map((box) => {
    const [x1, y1, x2, y2] = box.pixels;
    const pixels: Box = [(x1 - x) * times, (y1 - y) * times, (x2 - x) * times, (y2 - y) * times];
    return { ...box, pixels };
  });
  return { picture: { png, ...size }, boxes: moved };
};

/** Interleaved pixels, each as a square of `times` by `times`. */
const repeated = (
  data: Uint8Array,
  width: number,
  height: number,
  channels: number,
  times: number,
): Uint8Array => {
  if (times === 1) return data;
  const rowBytes = width * times * channels;
  const out = new Uint8Array(rowBytes * height * times);
  const row = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width * times; x += 1) {
      const from = (y * width + Math.floor(x / times)) * channels;
      for (let channel = 0; channel < channels; channel += 1)
        row[x * channels + channel] = data[from + channel] ?? 0;
    }
    for (let again = 0; again < times; again += 1) out.set(row, (y * times + again) * rowBytes);
  }
  return out;
};
