import { readFile } from 'node:fs/promises';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { WetreadError } from '../../../src/errors.ts';
import type { Film, NumberedBox } from '../../../src/core/film.ts';
import { createAnnotator, measureWith } from '../../../src/core/drawing/create-annotator.ts';
import { layOut as layOutWith, type Layout } from '../../../src/core/drawing/layout.ts';
import type { Rectangle } from '../../../src/core/drawing/rectangle.ts';
import { numberBox } from '../../../src/core/grounding/number-box.ts';

const FONT = 'assets/fonts/inter-semibold.ttf';
const annotator = createAnnotator({ font: FONT });
const measure = measureWith(FONT);
const strip = { model: 'radvlm', demo: false };

const layOut = (film: Film, boxes: readonly NumberedBox[]): Layout =>
  layOutWith(film, boxes, strip, measure);

const filmFrom = async (source: Sharp, channels: 1 | 3): Promise<Film> => {
  const coloured = channels === 1 ? source.toColourspace('b-w') : source.toColourspace('srgb');
  const { data, info } = await coloured.png().toBuffer({ resolveWithObject: true });
  return { sha256: 'unused', width: info.width, height: info.height, png: data, channels };
};

const grey = await filmFrom(sharp(await readFile('assets/films/hannover-3b46de94-pa.png')), 1);

/** Every value of red, green and blue, some of which no grey film has. */
const colourful = await filmFrom(
  sharp(
    Buffer.from(
      Array.from({ length: 320 * 256 * 3 }, (_, at) => (at * 7 + Math.floor(at / 960) * 13) % 256),
    ),
    { raw: { width: 320, height: 256, channels: 3 } },
  ),
  3,
);

const place = (film: Film, number: number, label: string, box: NumberedBox['box']): NumberedBox =>
  numberBox({ number, label, box, sentence: '' }, film, 0.5);

const someBoxes = (film: Film): NumberedBox[] => [
  place(film, 1, 'pleural effusion', [0.05, 0.7, 0.4, 0.95]),
  place(film, 2, 'nodule', [0.66, 0.3, 0.7, 0.34]),
  place(film, 3, 'heart', [0.38, 0.45, 0.72, 0.85]),
  place(film, 4, 'heart', [0.38, 0.45, 0.72, 0.85]),
  place(film, 5, 'apex', [0, 0, 0.2, 0.1]),
  ...Array.from({ length: 6 }, (_, at) =>
    place(film, 6 + at, 'right lower lobe consolidation', [
      0.3,
      0.5 + at / 100,
      0.34,
      0.54 + at / 100,
    ]),
  ),
];

const rgbOf = async (png: Uint8Array): Promise<{ data: Buffer; width: number; height: number }> => {
  const { data, info } = await sharp(png)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { data, width: info.width, height: info.height };
};

const contains = ({ left, top, right, bottom }: Rectangle, x: number, y: number): boolean =>
  x >= left && x < right && y >= top && y < bottom;

test.each([
  ['a grey film', grey],
  ['a film in colour', colourful],
])('what no line and no chip covers is bit for bit the film: %s', async (_, film) => {
  const boxes = someBoxes(film);
  const { touched } = layOut(film, boxes);
  const before = await rgbOf(film.png);
  const after = await rgbOf((await annotator.annotate(film, boxes, strip)).png);
  const isDrawnOn = (x: number, y: number): boolean => touched.some((area) => contains(area, x, y));
  let untouched = 0;
  let changed = 0;
  for (let y = 0; y < film.height; y += 1) {
    for (let x = 0; x < film.width; x += 1) {
      if (isDrawnOn(x, y)) continue;
      untouched += 1;
      const at = (y * film.width + x) * 3;
      for (const channel of [0, 1, 2]) {
        if (before.data[at + channel] !== after.data[at + channel]) changed += 1;
      }
    }
  }
  expect(changed).toBe(0);
  expect(untouched).toBeGreaterThan(0.5 * film.width * film.height);
});

test('the strip stands under the film, outside its pixels, and says more of a demonstration', async () => {
  const picture = await annotator.annotate(grey, [], strip);
  const { data, width, height } = await rgbOf(picture.png);
  const film = await rgbOf(grey.png);
  expect([picture.width, picture.height]).toEqual([width, height]);
  expect(width).toBe(grey.width);
  expect(data.subarray(0, film.data.length).equals(film.data)).toBe(true);
  const below = data.subarray(film.data.length);
  // Dark, with light writing on it.
  expect(below[0]).toBeLessThan(40);
  expect(below.filter((value) => value > 200).length).toBeGreaterThan(1_000);
  const demo = await annotator.annotate(grey, [], { model: 'wetread-demo', demo: true });
  expect(demo.height).toBeGreaterThan(picture.height);
});

test('on a narrow film the strip wraps, and no letter leaves it', async () => {
  const narrow = await filmFrom(sharp(grey.png).resize(120, 400, { fit: 'fill' }), 1);
  const picture = await annotator.annotate(narrow, [], {
    model: 'a-model-with-a-long-name/'.repeat(4),
    demo: true,
  });
  const { data, width, height } = await rgbOf(picture.png);
  expect(height).toBeGreaterThan(narrow.height + 100);
  for (let y = narrow.height; y < height; y += 1) {
    for (const x of [0, 1, width - 2, width - 1]) {
      expect(data[(y * width + x) * 3]).toBeLessThan(40);
    }
  }
});

test('labels that found no room on the film stand in the strip', async () => {
  const many = Array.from({ length: 30 }, (_, at) =>
    place(grey, at + 1, 'nodule', [
      0.1 + 0.13 * (at % 6),
      0.1 + 0.16 * Math.floor(at / 6),
      0.16 + 0.13 * (at % 6),
      0.17 + 0.16 * Math.floor(at / 6),
    ]),
  );
  const crowded = await annotator.annotate(grey, many, strip);
  const empty = await annotator.annotate(grey, [], strip);
  expect(crowded.height).toBeGreaterThan(empty.height);
});

test('the same film and boxes give the same bytes', async () => {
  const [first, second] = await Promise.all([
    annotator.annotate(grey, someBoxes(grey), strip),
    annotator.annotate(grey, someBoxes(grey), strip),
  ]);
  expect(Buffer.from(first.png).equals(second.png)).toBe(true);
});

test('the picture is an 8-bit RGB PNG that carries nothing but pixels', async () => {
  const { png } = await annotator.annotate(grey, someBoxes(grey), strip);
  const { format, channels, depth, hasAlpha, exif, icc, xmp, comments } =
    await sharp(png).metadata();
  expect({ format, channels, depth, hasAlpha }).toEqual({
    format: 'png',
    channels: 3,
    depth: 'uchar',
    hasAlpha: false,
  });
  expect([exif, icc, xmp, comments]).toEqual([undefined, undefined, undefined, undefined]);
});

test('a frame shows the colour of its number', async () => {
  const box = place(grey, 1, 'nodule', [0.4, 0.4, 0.5, 0.5]);
  const { frames, sizes } = layOut(grey, [box]);
  const outer = frames[0]?.outer ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const { data } = await rgbOf((await annotator.annotate(grey, [box], strip)).png);
  const x = outer.right - sizes.hairline - sizes.casing - 1;
  const at = (Math.round((outer.top + outer.bottom) / 2) * grey.width + x) * 3;
  expect([...data.subarray(at, at + 3)]).toEqual([0x56, 0xb4, 0xe9]);
});

test('type is set in the font that ships with Wetread, whatever the machine has', () => {
  // The advance widths of assets/fonts/inter-semibold.ttf.
  expect(measure('right pleural', 20)).toBeCloseTo(116.416, 2);
});

test.each(['assets/fonts/no-such.ttf', 'package.json'])(
  'without its font (%s) there is no annotator, rather than one with another font',
  (font) => {
    expect(() => createAnnotator({ font })).toThrow(new WetreadError('font-missing'));
  },
);

test('a film of a few pixels with many boxes is drawn all the same', async () => {
  const tiny = await filmFrom(sharp(grey.png).resize(40, 40, { fit: 'fill' }), 1);
  const boxes = Array.from({ length: 40 }, (_, at) =>
    place(tiny, at + 1, 'nodule', [0, 0, 0.5 + at / 100, 1]),
  );
  const picture = await annotator.annotate(tiny, boxes, strip);
  expect(picture.width).toBe(40);
});
