import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import { cutPart, isWithin, partAround } from '../../../src/core/drawing/crop.ts';
import type { Box, NumberedBox } from '../../../src/core/film.ts';
import { readPhantom } from '../../support/phantom.ts';

const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });
const large = { width: 2500, height: 2048 };
const numbered = (number: number, pixels: Box): NumberedBox => ({
  number,
  label: 'nodule',
  side: 'right',
  box: [0, 0, 1, 1],
  pixels,
  sentence: '',
});
const rawOf = async (png: Uint8Array) =>
  sharp(png).toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });

describe('the part around boxes', () => {
  test('has a little room around them, at the size of the film where that is enough', () => {
    const { area, times } = partAround([[1000, 800, 1400, 1200]], large);
    expect(area).toEqual({ left: 900, top: 700, right: 1500, bottom: 1300 });
    expect(times).toBe(1);
  });

  test('holds all of several boxes', () => {
    const part = partAround(
      [
        [100, 100, 200, 200],
        [600, 900, 700, 1000],
      ],
      large,
    );
    expect(isWithin(part, [100, 100, 200, 200])).toBe(true);
    expect(isWithin(part, [600, 900, 700, 1000])).toBe(true);
    expect(isWithin(part, [600, 900, 2400, 1000])).toBe(false);
  });

  test.each([
    ['in the corner', [0, 0, 20, 20]],
    ['in the other corner', [2480, 2028, 2500, 2048]],
    ['a line', [500, 300, 1700, 304]],
    ['a dot', [1000, 1000, 1001, 1001]],
    ['the whole film', [0, 0, 2500, 2048]],
  ] as const)('lies within the film and is no sliver: %s', (_, box) => {
    const part = partAround([box], large);
    const { left, top, right, bottom } = part.area;
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
    expect(right).toBeLessThanOrEqual(large.width);
    expect(bottom).toBeLessThanOrEqual(large.height);
    expect(right - left).toBeGreaterThanOrEqual(160);
    expect(bottom - top).toBeGreaterThanOrEqual((right - left) / 3);
    expect(isWithin(part, box)).toBe(true);
  });

  test('of a small film is enlarged by a whole number, and not to single pixels', () => {
    expect(partAround([[200, 200, 260, 260]], { width: 512, height: 512 }).times).toBe(4);
    expect(partAround([[100, 100, 400, 300]], { width: 512, height: 512 }).times).toBe(2);
    expect(partAround([[0, 0, 90, 90]], { width: 100, height: 100 })).toMatchObject({
      area: { left: 0, top: 0, right: 100, bottom: 100 },
    });
  });
});

describe('a part that is cut out', () => {
  test('is the film pixel for pixel, each a square', async () => {
    const film = await readPhantom('0004');
    const part = { area: { left: 101, top: 57, right: 281, bottom: 230 }, times: 3 };
    const { picture } = await cutPart(film, part, []);
    const whole = await rawOf(film.png);
    const cut = await rawOf(picture.png);
    expect(cut.info).toMatchObject({ width: 180 * 3, height: 173 * 3 });
    let different = 0;
    for (let y = 0; y < cut.info.height; y += 1) {
      for (let x = 0; x < cut.info.width; x += 1) {
        const from = (57 + Math.floor(y / 3)) * film.width + 101 + Math.floor(x / 3);
        if (cut.data[y * cut.info.width + x] !== whole.data[from]) different += 1;
      }
    }
    expect(different).toBe(0);
  });

  test('keeps its colours', async () => {
    const red = await sharp({
      create: { width: 200, height: 200, channels: 3, background: '#c83232' },
    })
      .png()
      .toBuffer();
    const part = { area: { left: 10, top: 10, right: 20, bottom: 20 }, times: 2 };
    const { picture } = await cutPart({ png: red }, part, []);
    const { data, info } = await sharp(picture.png).raw().toBuffer({ resolveWithObject: true });
    expect(info).toMatchObject({ width: 20, height: 20, channels: 3 });
    expect([...data.subarray(0, 3)]).toEqual([0xc8, 0x32, 0x32]);
  });

  test('has its boxes where they are on the film, under the same numbers', async () => {
    const film = await readPhantom('0004');
    const part = { area: { left: 100, top: 50, right: 300, bottom: 250 }, times: 2 };
    const { boxes } = await cutPart(film, part, [numbered(2, [150, 100, 200, 180])]);
    expect(boxes).toMatchObject([{ number: 2, pixels: [100, 100, 200, 260] }]);
  });

  test('gets the strip, which says that it is a part and how much it is enlarged', async () => {
    const film = await readPhantom('0004');
    const part = partAround([[150, 100, 200, 180]], film);
    const cut = await cutPart(film, part, [numbered(2, [150, 100, 200, 180])]);
    const strip = { model: 'radvlm', demo: false, enlarged: part.times };
    const drawn = await annotator.annotate(cut.picture, cut.boxes, strip);
    expect(drawn.width).toBe(cut.picture.width);
    expect(drawn.height).toBeGreaterThan(cut.picture.height);
    expect(drawn.altText).toMatch(
      /^Part of a chest film with one box drawn on it \(2 right nodule\)/,
    );
  });
});
