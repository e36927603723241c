import { describe, expect, test } from 'vitest';
import { commandIn, filmIn, zoomIn } from '../../../src/core/conversation/command.ts';

describe('a command', () => {
  test.each([
    ['help', 'help'],
    ['Help!', 'help'],
    ['/help', 'help'],
    ['?', 'help'],
    ['what can you do?', 'help'],
    ['please stop', 'stop'],
    ['Stop, please.', 'stop'],
    ['ok stop', 'stop'],
    ['cancel', 'stop'],
    ['forget', 'forget'],
    ['Forget this film', 'forget'],
    ['delete everything', 'forget'],
    ['is there help for this?', undefined],
    ['does the line stop in the atrium?', undefined],
    ['forget the effusion, where is the heart?', undefined],
    ['', undefined],
  ])('%s', (text, command) => {
    expect(commandIn(text)).toBe(command);
  });
});

describe('words for a film', () => {
  test.each([
    ['film 1', 1, ''],
    ['Film 12', 12, ''],
    ['film #2', 2, ''],
    ['film two', 2, ''],
    ['the first film', 1, ''],
    ['the 2nd film please', 2, ''],
    ['back to film 2', 2, ''],
    ['go back to the first film', 1, ''],
    ["let's go back to film 1", 1, ''],
    ['show me the second x-ray', 2, ''],
    ['use picture 3', 3, ''],
    ['previous film', 'previous', ''],
    ['back to the earlier film', 'previous', ''],
    ['the other film', 'previous', ''],
    ['the newest film', 'last', ''],
    ['film 2: Where is it?', 2, 'Where is it?'],
    ['On film 1, is there an effusion?', 1, 'is there an effusion?'],
    ['previous film: report', 'previous', 'report'],
  ])('%s', (text, which, rest) => {
    expect(filmIn(text)).toEqual({ which, rest });
  });

  test.each([
    'is this film 1?',
    'compare it with the previous film',
    'has it changed since the last film?',
    'where is the first rib?',
    'Yes, film it',
    'film',
    '1',
  ])('%s: about something else', (text) => {
    expect(filmIn(text)).toBeUndefined();
  });
});

describe('words for a closer look', () => {
  test.each([
    ['zoom on the left base', 'the left base'],
    ['Zoom in on box 2', 'box 2'],
    ['zoom on it', 'it'],
    ['zoom', ''],
    ['zoom in please', ''],
    ['zoom 2', '2'],
    ['Can you zoom in to the right apex?', 'the right apex'],
    ['please zoom into the heart', 'the heart'],
    ['show me the right apex closer', 'the right apex'],
    ['Could you show me the nodule up close?', 'the nodule'],
    ['show the left base in more detail', 'the left base'],
    ['can I see box 1 bigger', 'box 1'],
    ['a closer look at the left hilum', 'the left hilum'],
    ['take a closer look at it', 'it'],
    ['magnify the aortic knob', 'the aortic knob'],
    ['enlarge box 3', 'box 3'],
    ['and zoom on the other one', 'the other one'],
  ])('%s', (text, on) => {
    expect(zoomIn(text)).toBe(on);
  });

  test.each([
    'is the heart enlarged?',
    'enlarged heart?',
    'show me the right apex',
    'is there anything in the left base?',
    'where is it?',
    'is it closer to the hilum?',
  ])('%s: no closer look', (text) => {
    expect(zoomIn(text)).toBeUndefined();
  });
});

test('a text of a megabyte is no command, and is seen to be none at once', () => {
  const text = 'zoom on '.repeat(130_000);
  const before = performance.now();
  expect([commandIn(text), filmIn(text), zoomIn(text)]).toEqual([undefined, undefined, undefined]);
  expect(performance.now() - before).toBeLessThan(100);
});
