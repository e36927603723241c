import { expect, test } from 'vitest';
import { parseBoxes } from '../../../src/core/grounding/box-stream.ts';

/** What each list of boxes in the text is called. B is a box. */
const labels = (text: string): string[] => {
  let count = 0;
  const whole = text.replaceAll(/\bB\b/g, () => {
    count += 1;
    return `[0.1, 0.1, 0.5, 0.${count + 1}]`;
  });
  return parseBoxes(whole, {
    scale: 1,
    shown: true,
    firstNumber: 1,
    subject: 'what was asked',
    objection: () => null,
  }).places.map(({ label }) => label);
};

test.each([
  ['The right lung is located at B.', ['right lung']],
  ['a pleural effusion located at B; a nodule at B', ['pleural effusion', 'nodule']],
  [
    'The findings include a small right pleural effusion at B; consolidation in the left upper lung zone at B.',
    ['small right pleural effusion', 'consolidation in the left upper lung zone'],
  ],
  [
    'The following foreign objects are present: a left pacemaker at B; an endotracheal tube at B.',
    ['left pacemaker', 'endotracheal tube'],
  ],
  ['The image shows an ILD located at the coordinates B and B.', ['ILD', 'ILD']],
  ['There is a nodule located at the coordinates B.', ['nodule']],
  ['Cardiomegaly can be seen at B.', ['cardiomegaly']],
  ['The right lung is at B and the left lung at B.', ['right lung', 'left lung']],
  ['A nodule is seen in the right lower lobe at B.', ['nodule in the right lower lobe']],
  ['The location of the carina is B.', ['carina']],
  ['The bounding box for the trachea: B', ['trachea']],
  ['Right hilar structures: B', ['right hilar structures']],
  ['In the right lung, a nodule is visible at B.', ['nodule']],
  ['Yes, there is a mass in this image at B.', ['mass']],
  ['The heart is normal. A nodule of 1.2 cm is at B.', ['nodule of 1.2 cm']],
  ['A nodule, on the left of the image, is at B.', ['nodule']],
  ['B', ['what was asked']],
  ['It is located at B.', ['what was asked']],
  ['The abnormality is located at the following coordinates: B.', ['what was asked']],
  ['The nodule is at B and at B.', ['nodule', 'nodule']],
  ['The nodule is at B. It is also seen at B.', ['nodule', 'what was asked']],
])('%s', (text, expected) => {
  expect(labels(text)).toEqual(expected);
});
