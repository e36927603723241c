import { expect, test } from 'vitest';
import {
  createBoxStream,
  MOST_PLACES,
  parseBoxes,
  PLACE_NOT_SHOWN,
  type BoxStreamOptions,
} from '../../../src/core/grounding/box-stream.ts';

const options: BoxStreamOptions = {
  scale: 1,
  shown: true,
  firstNumber: 1,
  subject: 'finding',
  objection: () => null,
};
const parse = (text: string, changes: Partial<BoxStreamOptions> = {}) =>
  parseBoxes(text, { ...options, ...changes });

test.each([
  ['The nodule is located at [0.1, 0.2, 0.35, 0.476].', 'The nodule is located at (1).'],
  ['The nodule is at [0,0,1,1.0].', 'The nodule is at (1).'],
  ['At [ .5 , 0.5,1. , 1 ] it is.', 'At (1) it is.'],
  ['Masses at [0.1, 0.1, 0.2, 0.2] and [0.3, 0.3, 0.4, 0.4].', 'Masses at (1) and (2).'],
  [
    'Masses at [0.1, 0.1, 0.2, 0.2], [0.3, 0.3, 0.4, 0.4] and [0.5, 0.5, 0.6, 0.6].',
    'Masses at (1), (2) and (3).',
  ],
  ['Masses at [0.1,0.1,0.2,0.2][0.3,0.3,0.4,0.4]', 'Masses at (1) and (2)'],
  [
    'A nodule at [0.1, 0.1, 0.2, 0.2] and a mass at [0.3, 0.3, 0.4, 0.4].',
    'A nodule at (1) and a mass at (2).',
  ],
  [
    'A nodule at [0.1, 0.1, 0.2, 0.2]; an effusion at [0.3, 0.3, 0.4, 0.4].',
    'A nodule at (1); an effusion at (2).',
  ],
  ['[0.1, 0.1, 0.2, 0.2]\n[0.3, 0.3, 0.4, 0.4]', '(1)\n(2)'],
])('numbers stand where coordinates were: %s', (text, displayed) => {
  expect(parse(text).text).toBe(displayed);
});

test.each([
  'Compared with [1], unchanged.',
  'Three numbers [0.1, 0.2, 0.3] are no box.',
  'Five numbers [0.1, 0.2, 0.3, 0.4, 0.5] are no box.',
  'A note [see report] and an empty [] and [[ and ]].',
  'Not numbers: [a, b, c, d], [0.1, 0.2, 0.3, x], [1.2.3, 0.1, 0.2, 0.3].',
  'Round ones (0.1, 0.2, 0.3, 0.4) are left alone.',
  `A number without end [${'1'.repeat(500)}`,
])('what is not four numbers in square brackets stays as it is: %s', (text) => {
  expect(parse(text)).toEqual({ text, places: [], leftOut: [] });
});

test.each([
  ['[0.1, 0.2, 1.5, 0.4]', 'outside'],
  ['[-0.2, 0.2, 0.5, 0.4]', 'outside'],
  ['[1e400, 0.2, 0.5, 0.4]', 'outside'],
  ['[100, 200, 300, 400]', 'outside'],
  ['[0.5, 0.2, 0.1, 0.4]', 'not-ordered'],
  ['[0.1, 0.4, 0.5, 0.2]', 'not-ordered'],
  ['[0.1, 0.2, 0.1, 0.4]', 'empty'],
  ['[1.0, 0.2, 1.01, 0.4]', 'empty'],
  ['[0.1, 0.2, 0.', 'unfinished'],
  ['[', 'unfinished'],
] as const)('%s is left out of the words, and the reply can say why', (coordinates, fault) => {
  const { text, places, leftOut } = parse(`The nodule is at ${coordinates}`);
  expect(text).toBe(`The nodule is at ${PLACE_NOT_SHOWN}`);
  expect(places).toEqual([]);
  expect(leftOut).toEqual([{ fault, label: 'nodule' }]);
});

test('a hair outside the picture is at its edge', () => {
  expect(parse('[-0.01, 0, 0.5, 1.02]').places[0]?.box).toEqual([0, 0, 0.5, 1]);
});

test('the good boxes of a list stay when a bad one goes', () => {
  const { text, places, leftOut } = parse(
    'Nodules at [0.1, 0.1, 0.2, 0.2], [0.9, 0.1, 0.2, 0.2], [0.1, 0.1, 0.2, 0.2] and [0.5, 0.5',
  );
  expect(text).toBe('Nodules at (1)');
  expect(places).toHaveLength(1);
  expect(leftOut.map(({ fault }) => fault)).toEqual(['not-ordered', 'repeated', 'unfinished']);
});

test('a model that writes boxes for ever fills no more than one picture', () => {
  const boxes = Array.from(
    { length: 100 },
    (_, at) => `[${at / 200}, 0.1, ${at / 200 + 0.3}, 0.2]`,
  );
  const { places, leftOut } = parse(boxes.join(', '));
  expect(places).toHaveLength(MOST_PLACES);
  expect(leftOut).toHaveLength(100 - MOST_PLACES);
  expect(parse('[0.1, 0.1, 0.2, 0.2]', { firstNumber: MOST_PLACES }).places).toHaveLength(1);
  expect(parse('[0.1, 0.1, 0.2, 0.2]', { firstNumber: MOST_PLACES + 1 }).places).toEqual([]);
});

test('boxes in thousandths are parts of the film all the same', () => {
  expect(parse('[100, 200, 350, 1000]', { scale: 1000 }).places[0]?.box).toEqual([
    0.1, 0.2, 0.35, 1,
  ]);
});

test('when nothing is to be shown the words are free of coordinates and still a sentence', () => {
  const text = 'The nodule is located at [0.1, 0.1, 0.2, 0.2] and [0.3, 0.3, 0.4, 0.4].';
  for (const changes of [{ shown: false }, { scale: null }]) {
    const boxed = parse(text, changes);
    expect(boxed.text).toBe('The nodule is located at (place not shown).');
    expect(boxed.places).toEqual([]);
    expect(boxed.leftOut.map(({ fault }) => fault)).toEqual(['withheld', 'withheld']);
  }
});

test('an objection withholds one box and the rest are numbered on', () => {
  const { text, places, leftOut } = parse(
    'A right effusion at [0.7, 0.7, 0.9, 0.9] and a left nodule at [0.6, 0.2, 0.7, 0.3].',
    { objection: ({ words }) => (words.includes('right') ? 'side' : null) },
  );
  expect(text).toBe('A right effusion at (place not shown) and a left nodule at (1).');
  expect(places.map(({ number, label }) => [number, label])).toEqual([[1, 'left nodule']]);
  expect(leftOut).toEqual([{ fault: 'side', label: 'right effusion' }]);
});

test('numbers go on where an earlier text of the reply ended', () => {
  const { text, places } = parse('It is at [0.1, 0.1, 0.2, 0.2].', { firstNumber: 4 });
  expect(text).toBe('It is at (4).');
  expect(places[0]?.number).toBe(4);
});

test('a place knows its sentence as it is displayed', () => {
  const { places } = parse(
    'No effusion. A nodule of 1.2 cm is at [0.1, 0.1, 0.2, 0.2], see above. The heart is at [0.3, 0.3, 0.7, 0.8]',
  );
  expect(places.map(({ sentence }) => sentence)).toEqual([
    'A nodule of 1.2 cm is at (1), see above.',
    'The heart is at (2)',
  ]);
});

test('text without coordinates passes at once, and coordinates only when their list is whole', () => {
  const stream = createBoxStream(options);
  const pieces = [
    'The heart',
    ' is at [',
    '0.3, 0.3',
    ', 0.7, 0.8]',
    ' an',
    'd',
    ' its tip',
    ' at [1',
    '2 of',
  ];
  expect(pieces.map((piece) => stream.push(piece))).toEqual([
    'The heart',
    ' is at ',
    '',
    '',
    '',
    '',
    '(1) and its tip',
    ' at ',
    '[12 of',
  ]);
  expect(stream.finish().rest).toBe('');
});

/** A small generator with a seed, so that a failure can be had again. */
const random = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
const FRAGMENTS = [
  '[0.1, 0.2, 0.3, 0.4]',
  '[0.5,0.5,0.9,1]',
  '[0.9, 0.1, 0.2, 0.2]',
  ' and ',
  ', ',
  '; ',
  ' and',
  '[',
  ']',
  '[0.1, ',
  '0.25',
  '[1]',
  'The right lung',
  ' is at ',
  '. ',
  ' a nodule',
  '\n',
  ' ',
  '    ',
  ' an effusion',
  '[[',
  '&',
  '[0.1, 0.2, 0.3, 0.4',
  'e',
  '-',
];

test('cut anywhere, the pieces joined are the whole text, with the same places', () => {
  const next = random(7);
  for (let round = 0; round < 2_000; round += 1) {
    const text = Array.from(
      { length: 1 + Math.floor(next() * 12) },
      () => FRAGMENTS[Math.floor(next() * FRAGMENTS.length)] ?? '',
    ).join('');
    const whole = parse(text);
    const stream = createBoxStream(options);
    let joined = '';
    for (let at = 0; at < text.length;) {
      const size = 1 + Math.floor(next() * 6);
      joined += stream.push(text.slice(at, at + size));
      at += size;
    }
    const { rest, ...boxed } = stream.finish();
    expect({ text, joined: joined + rest, boxed }).toEqual({
      text,
      joined: whole.text,
      boxed: whole,
    });
    expect(whole.text).not.toMatch(/\[0\.1, 0\.2, 0\.3, 0\.4\]|\[0\.5,0\.5,0\.9,1\]/);
  }
});
