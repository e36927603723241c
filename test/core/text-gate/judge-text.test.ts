import { describe, expect, test } from 'vitest';
import { judgeText } from '../../../src/core/text-gate/judge-text.ts';

const kindOf = (text: string, confidence = 0.95) => judgeText({ text, confidence })?.kind;
const markerOf = (text: string, confidence = 0.95) => {
  const judged = judgeText({ text, confidence });
  return judged?.kind === 'marker' ? judged.marker : undefined;
};

describe('what stays', () => {
  test.each([
    ['L', 'side'],
    ['R', 'side'],
    ['Left', 'side'],
    ['AP', 'view'],
    ['PA', 'view'],
    ['PORTABLE', 'position'],
    ['Portable AP', 'position'],
    ['erect', 'position'],
    ['SUPINE', 'position'],
    ['Bettaufnahme', 'position'],
    ['Im Liegen', 'position'],
    ['14:05', 'time'],
    ['2:05 pm', 'time'],
    ['PORTABLE 14:05', 'position'],
  ])('"%s" is a marker of the %s', (text, marker) => {
    expect(markerOf(text)).toBe(marker);
  });

  test.each(['PORTABIE', 'Bettaufnahime', 'Auf Staton'])(
    '"%s" is a marker that was misread a little',
    (text) => expect(kindOf(text)).toBe('marker'),
  );
});

describe('what looks like patient data', () => {
  test.each([
    'SMITH, ANNA',
    'Gonzalez^Maria',
    'Okonkwo',
    'MRN 12345678',
    'ID: 4711',
    '12.03.1956',
    '1956-03-12',
    'DOB 12 Mar 1956',
    'AP Smith',
    '12.03.1956 14:05',
    'St. Mary Hospital',
    '140556',
  ])('%s', (text) => expect(kindOf(text)).toBe('patient-data'));

  test.each(['Portmann', 'Lee Ann', 'Prone1955', 'Recht', 'Wright', 'Mobley'])(
    'a name near to a marker, %s, is not taken for one',
    (text) => expect(kindOf(text)).toBe('patient-data'),
  );

  test('a date with a time is no time alone', () => {
    expect(kindOf('03.12.56 14:05')).toBe('patient-data');
  });
});

test('technique is text, and is asked about of nobody', () => {
  expect(kindOf('120 kVp')).toBe('text');
  expect(kindOf('Zoom 66%')).toBe('text');
});

test('a name that is read without certainty is text: masked, as it may be one', () => {
  expect(kindOf('SMITH', 0.6)).toBe('text');
});

test('what is hardly read at all, or has fewer than three letters, is nothing', () => {
  expect(kindOf('SMITH', 0.4)).toBeUndefined();
  expect(kindOf('MS')).toBeUndefined();
  expect(kindOf('')).toBeUndefined();
});
