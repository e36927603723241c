import { describe, expect, test } from 'vitest';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import type { WetreadError } from '../../../src/errors.ts';
import { keyOfReading } from '../../../src/core/teaching/case-key.ts';
import { cellBox, cellName, cellNamed, CELLS } from '../../../src/core/teaching/cells.ts';
import { readKey, writeKey } from '../../../src/core/teaching/key-text.ts';

const failureOf = (work: () => unknown): WetreadError | undefined => {
  try {
    work();
  } catch (error) {
    return error as WetreadError;
  }
  return undefined;
};

describe('a key', () => {
  test.each([
    ['normal'],
    ['right pleural effusion: 0.12 0.55 0.4 0.86'],
    ['nodules: 0.1 0.1 0.2 0.2, 0.7 0.1 0.8 0.2\ncardiomegaly'],
  ])('is read as it was written: %s', (text) => {
    expect(writeKey(readKey(text))).toBe(text);
  });

  test('takes cells, which are one place where they are a rectangle together', () => {
    expect(readKey('effusion: c1 C2, D1 d2').findings[0]?.boxes).toEqual([[0, 0.5, 0.5, 1]]);
    expect(readKey('effusion: A1 D4').findings[0]?.boxes).toHaveLength(2);
  });

  test.each([
    ['', 1, /empty/],
    ['effusion\n: 0.1 0.1 0.2 0.2', 2, /no name/],
    ['effusion: 0.1 0.2 0.3', 1, /four numbers/],
    ['effusion: 0.1 0.2 0.3 x', 1, /four numbers/],
    ['effusion: 0.5 0.1 0.2 0.3', 1, /in that order/],
    ['effusion: 0.1 0.1 0.1 0.3', 1, /no width/],
    ['effusion: 1 2 30 40', 1, /within 0 and 1/],
    ['effusion: C1 0.1', 1, /four numbers/],
    ['effusion:', 1, /no place/],
    ['effusion\n\nnormal', 3, /stands alone/],
    ['x'.repeat(101), 1, /longer than 100/],
    [Array.from({ length: 21 }, () => 'nodule').join('\n'), 21, /at most 20/],
    [`nodules: ${'0.1 0.1 0.2 0.2 '.repeat(9)}`, 1, /at most 8/],
  ])('that cannot be used names the line and quotes nothing: %j', (text, line, problem) => {
    const failure = failureOf(() => readKey(text));
    expect(failure).toMatchObject({ code: 'case-key', facts: { line } });
    expect(failure?.message).toMatch(problem);
    expect(failure?.message).not.toMatch(/effusion|nodule/);
  });

  test('of a reading has its boxes, and what it names without a place, but nothing that was not confirmed', () => {
    const box = (label: string, number: number) => ({
      number,
      label,
      box: [0.1, 0.1, 0.2, 0.1 * (number + 2)] as const,
      pixels: [0, 0, 1, 1] as const,
      side: null,
      sentence: '',
    });
    const text =
      'No pneumothorax. There are nodules (1) (2). There is a pacemaker (place not shown). There is a small mass (not confirmed when asked directly).';
    const boxes = [box('nodules', 1), box('nodules', 2)];
    const key = keyOfReading({ text, boxes }, createLexicon(DEMO_PROFILE));
    expect(key.findings.map(({ label, boxes: places }) => [label, places.length])).toEqual([
      ['nodules', 2],
      ['pacemaker', 0],
    ]);
  });
});

test('cells have names, row by row from the top left', () => {
  const all = Array.from({ length: CELLS }, (_, cell) => cell);
  expect(all.map(cellName).join(' ')).toBe('A1 A2 A3 A4 B1 B2 B3 B4 C1 C2 C3 C4 D1 D2 D3 D4');
  expect(all.map((cell) => cellNamed(cellName(cell)))).toEqual(all);
  expect(cellBox(6)).toEqual([0.5, 0.25, 0.75, 0.5]);
  expect(['E1', 'A5', 'A', '', 'A11'].map(cellNamed)).toEqual(Array.from({ length: 5 }));
});
