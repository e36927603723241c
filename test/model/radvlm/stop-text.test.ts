import { expect, test } from 'vitest';
import { createStopText } from '../../../src/model/radvlm/stop-text.ts';

/** What comes out of these deltas, one string a delta; "|" marks the stop; the last is what finish() gives. */
const through = (stops: string[], deltas: string[]): string[] => {
  const stopText = createStopText(stops);
  const out = deltas.map((delta) => {
    const { text, stopped } = stopText.push(delta);
    return stopped ? `${text}|` : text;
  });
  return [...out, stopText.finish()];
};

test('without stop strings everything passes at once', () => {
  expect(through([], ['a', 'b'])).toEqual(['a', 'b', '']);
  expect(through([''], ['a', 'b'])).toEqual(['a', 'b', '']);
});

test('the text ends before the stop string', () => {
  expect(through(['STOP'], ['go STOP on'])).toEqual(['go |', '']);
});

test('a stop string is found though it comes in pieces', () => {
  expect(through(['STOP'], ['go S', 'TO', 'P on', 'x'])).toEqual(['go ', '', '|', '|', '']);
});

test('what only began like one is given out as soon as that is known', () => {
  expect(through(['STOP'], ['S', 'TA', 'R'])).toEqual(['', 'STA', 'R', '']);
});

test('no more is held back than may be one', () => {
  expect(through(['aab'], ['aaaa', 'b'])).toEqual(['aa', '|', '']);
});

test('what is held back when the answer ends is given out', () => {
  expect(through(['STOP'], ['go STO'])).toEqual(['go ', 'STO']);
});

test('the first of several in the text counts', () => {
  expect(through(['two', 'one'], ['zero one two'])).toEqual(['zero |', '']);
});
