import { expect, test } from 'vitest';
import { splitText } from '../../src/adapters/split-text.ts';

const sentences = Array.from({ length: 40 }, (_, at) => `This is sentence number ${at}. `);
const text = sentences.join('');

test('a text that fits is one part', () => {
  expect(splitText('short', 10)).toEqual(['short']);
  expect(splitText('', 10)).toEqual(['']);
});

test('parts are within the limit, end at sentences, and together are the text', () => {
  const parts = splitText(text, 200);
  expect(parts.join('')).toBe(text);
  for (const part of parts) {
    expect(part.length).toBeLessThanOrEqual(200);
    expect(part.trimEnd()).toMatch(/\.$/);
  }
});

test('parts that have another behind them do not change while the text grows', () => {
  let before: readonly string[] = [];
  for (let length = 1; length <= text.length; length += 1) {
    const parts = splitText(text.slice(0, length), 200);
    expect(parts.slice(0, before.length - 1)).toEqual(before.slice(0, -1));
    before = parts;
  }
});

test('one endless word is cut between characters', () => {
  const parts = splitText('\u{1FAC1}'.repeat(30), 7);
  expect(parts.join('')).toBe('\u{1FAC1}'.repeat(30));
  for (const part of parts) expect(part).toMatch(/^\u{1FAC1}+$/u);
});
