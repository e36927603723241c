import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createAnnotator } from '../../../src/core/drawing/create-annotator.ts';
import { readPhantom } from '../../support/phantom.ts';

const annotator = createAnnotator({ font: 'assets/fonts/inter-semibold.ttf' });

test('films are shown side by side under their numbers', async () => {
  const film = await readPhantom('0004');
  const wide = await sharp({
    create: { width: 900, height: 300, channels: 3, background: '#ffffff' },
  })
    .png()
    .toBuffer();
  const films = [
    { number: 2, film },
    { number: 3, film: { png: wide } },
    { number: 5, film },
    { number: 6, film },
  ];
  const sheet = await annotator.contactSheet(films);
  const { width, height, hasAlpha } = await sharp(sheet.png).metadata();
  expect({ width, height }).toEqual({ width: sheet.width, height: sheet.height });
  expect(hasAlpha).toBe(false);
  // three in a row, two rows
  expect(sheet.width).toBeGreaterThan(3 * 320);
  expect(sheet.height).toBeGreaterThan(2 * 320);
  expect(sheet.altText).toBe('The films that were sent, side by side: 2, 3, 5, 6.');
  // the second cell holds the white picture, fitted in and not stretched: dark above, white in the middle
  const greyAt = async (top: number): Promise<number> => {
    const area = { left: 12 + 332 + 160, top: 12 + 32 + top, width: 1, height: 1 };
    return (await sharp(sheet.png).extract(area).raw().toBuffer())[0] ?? -1;
  };
  expect(await greyAt(160)).toBe(255);
  expect(await greyAt(40)).toBeLessThan(40);
});
