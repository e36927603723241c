import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { joinLines } from '../../../src/core/text-gate/join-lines.ts';
import { maskPixels } from '../../../src/core/text-gate/mask-pixels.ts';
import { mayCoverLung } from '../../../src/core/text-gate/may-cover-lung.ts';
import type { ReadLine } from '../../../src/core/text-gate/text-finder.ts';

describe('a mask', () => {
  test('is black in every channel within its box, and nothing beside it changes', () => {
    const data = new Uint8Array(6 * 4 * 3).fill(200);
    const pixels = { data, width: 6, height: 4, channels: 3 as const };
    const masked = maskPixels(pixels, [{ x1: 1, y1: 1, x2: 3, y2: 2 }]);
    const black = [...masked.data.keys()].filter((at) => masked.data[at] === 0);
    expect(black).toEqual([21, 22, 23, 24, 25, 26]);
    expect(masked.data.filter((value) => value === 200)).toHaveLength(66);
    expect(data.every((value) => value === 200)).toBe(true);
  });
});

describe('whether a mask may cover lung', () => {
  const grey = { data: new Uint8Array(100 * 100).fill(120), width: 100, height: 100 };
  const middle = { x1: 40, y1: 40, x2: 60, y2: 45 };

  test('in the middle of a film it may', () => {
    expect(mayCoverLung(middle, grey, true)).toBe(true);
  });

  test('on the flat black beside the patient it does not', () => {
    const black = { ...grey, data: new Uint8Array(100 * 100).fill(4) };
    expect(mayCoverLung(middle, black, true)).toBe(false);
  });

  test('along the upper border it does not, unless the film may lie otherwise', () => {
    const top = { x1: 5, y1: 0, x2: 60, y2: 5 };
    expect(mayCoverLung(top, grey, true)).toBe(false);
    expect(mayCoverLung(top, grey, false)).toBe(true);
  });

  test('it is said of every place that a lung of the films at hand reaches', async () => {
    const boxes = JSON.parse(await readFile('assets/films/boxes.json', 'utf8')) as Record<
      string,
      Record<string, number[]>
    >;
    for (const [name, structures] of Object.entries(boxes)) {
      const { data, info } = await sharp(`assets/films/${name}`)
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      for (const lung of ['right lung', 'left lung']) {
        const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = structures[lung] ?? [];
        // A label of 30 x 10 pixels within the lung's box, at the middle of each of its sides.
        const middleX = ((x1 + x2) / 2) * width;
        const middleY = ((y1 + y2) / 2) * height;
        for (const [x, y] of [
          [middleX - 15, y1 * height],
          [middleX - 15, y2 * height - 10],
          [x1 * width, middleY],
          [x2 * width - 30, middleY],
        ] as const) {
          const [left, top] = [Math.round(x), Math.round(y)];
          const label = { x1: left, y1: top, x2: left + 30, y2: top + 10 };
          expect(mayCoverLung(label, { data, width, height }, true), `${name} ${lung}`).toBe(true);
        }
      }
    }
  });
});

describe('pieces of a line', () => {
  const line = (
    x: number,
    y: number,
    text: string,
    judgement: ReadLine['judgement'],
  ): ReadLine => ({
    region: { x, y, length: 30, thickness: 12, angle: 0, score: 0.9 },
    text,
    confidence: 0.9,
    judgement,
  });
  const size = { width: 400, height: 200 };

  test('two digits of a date beside a name are masked with it', () => {
    const found = joinLines(
      [line(50, 50, 'SMITH', { kind: 'patient-data' }), line(90, 51, '12', undefined)],
      size,
    );
    expect(found.map(({ kind }) => kind)).toEqual(['patient-data', 'text']);
  });

  test('two letters elsewhere are left', () => {
    const found = joinLines(
      [line(50, 50, 'SMITH', { kind: 'patient-data' }), line(300, 150, 'X1', undefined)],
      size,
    );
    expect(found).toHaveLength(1);
  });

  test('a marker beside a name stays', () => {
    const found = joinLines(
      [
        line(50, 50, 'SMITH', { kind: 'patient-data' }),
        line(90, 51, 'L', { kind: 'marker', marker: 'side' }),
      ],
      size,
    );
    expect(found.map(({ kind }) => kind)).toEqual(['patient-data', 'marker']);
  });
});
