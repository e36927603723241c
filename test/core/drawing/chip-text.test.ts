import { expect, test } from 'vitest';
import { altText } from '../../../src/core/drawing/alt-text.ts';
import { chipText, printable, shortened } from '../../../src/core/drawing/chip-text.ts';
import type { NumberedBox } from '../../../src/core/film.ts';

test.each([
  ['pleural effusion', 'right', 'right pleural effusion'],
  ['right pleural effusion', 'right', 'right pleural effusion'],
  ['nodule in the left lung', 'left', 'nodule in the left lung'],
  ['heart', null, 'heart'],
  ['bilateral effusions', 'left', 'bilateral effusions'],
  ['', 'left', ''],
] as const)('a chip for %j, side %s, says %j', (label, side, text) => {
  expect(chipText({ label, side })).toBe(text);
});

test.each([
  ['épanchement pleural', 'épanchement pleural'],
  ['e\u0301panchement', 'épanchement'],
  ['nodule 结节 (small)', 'nodule (small)'],
  ['left \u202Etfel\u202C lung', 'left tfel lung'],
  ['heart \u{1F493}\n now', 'heart now'],
  ['肺', ''],
])(
  '%j is drawn as %j: the shipped font has no more, and the machine’s fonts are not asked',
  (text, drawn) => {
    expect(printable(text)).toBe(drawn);
  },
);

test.each([
  ['pleural effusion', 26, 'pleural effusion'],
  ['consolidation in the right lower lung zone', 26, 'consolidation…'],
  ['atelectasis of the lung', 16, 'atelectasis…'],
  ['pneumonoultramicroscopic', 10, 'pneumonou…'],
])('%j in %i characters is %j', (text, longest, short) => {
  expect(shortened(text, longest)).toBe(short);
  expect(short.length).toBeLessThanOrEqual(longest);
});

const box = (number: number, label: string, side: NumberedBox['side']): NumberedBox => ({
  number,
  label,
  side,
  box: [0, 0, 1, 1],
  pixels: [0, 0, 1, 1],
  sentence: '',
});

test('one sentence tells a screen reader what is drawn', () => {
  const boxes = [box(1, 'pleural effusion', 'right'), box(2, 'heart', null)];
  expect(altText(boxes, { model: 'radvlm', demo: false })).toBe(
    'Chest film with 2 boxes drawn on it (1 right pleural effusion, 2 heart), a preliminary reading by radvlm, not for clinical use.',
  );
  expect(altText(boxes.slice(0, 1), { model: 'wetread-demo', demo: true })).toBe(
    'Chest film with one box drawn on it (1 right pleural effusion), a preliminary reading by the demonstration model wetread-demo, not for clinical use.',
  );
});

test('the sentence stays short when there are many boxes', () => {
  const boxes = Array.from({ length: 40 }, (_, at) => box(at + 1, 'y'.repeat(200), null));
  const text = altText(boxes, { model: 'radvlm', demo: false });
  expect(text).toContain('30 more');
  // Discord takes 1,024 characters.
  expect(text.length).toBeLessThan(1_000);
});
