import { expect, test } from 'vitest';
import { suggestionsAfter } from '../../../../src/adapters/web/page/words/suggestions.ts';
import type { NumberedBox } from '../../../../src/core/film.ts';

const lung: NumberedBox = {
  number: 1,
  sentence: 'The right lung is located at (1).',
  label: 'right lung',
  box: [0, 0, 1, 1],
  pixels: [0, 0, 1, 1],
  side: 'right',
};

test('before anything is said they show what kinds of question there are', () => {
  const first = suggestionsAfter(undefined);
  expect(first.length).toBe(3);
  expect(first).toContain('Where is the heart?');
});

test('after a finding they ask where it is', () => {
  const said = { asked: 'Is there an effusion?', text: 'Yes, there is one.', boxes: [] };
  expect(suggestionsAfter(said)[0]).toBe('Where is it?');
  expect(suggestionsAfter({ ...said, text: 'No.' })).not.toContain('Where is it?');
});

test('after a box they look closer, and at the other side', () => {
  const said = { asked: 'Where is the right lung?', text: lung.sentence, boxes: [lung] };
  expect(suggestionsAfter(said).slice(0, 2)).toEqual(['Zoom on box 1.', 'Where is the left lung?']);
});

test('what was just asked is not suggested', () => {
  const said = { asked: 'Where is the heart?', text: 'Here.', boxes: [] };
  expect(suggestionsAfter(said)).not.toContain('Where is the heart?');
});
