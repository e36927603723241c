import { describe, expect, test } from 'vitest';
import { typedAnswer } from '../../../src/core/conversation/typed-answer.ts';
import type { Choice } from '../../../src/core/reply.ts';

const READ: readonly Choice[] = [{ code: 'read', text: 'Read it all the same' }];
const TURN: readonly Choice[] = [
  { code: 'turn', text: 'Turn and invert it and read' },
  { code: 'as-is', text: 'Read it as it is' },
];
const FILMS: readonly Choice[] = [
  { code: 'film-2', text: 'Film 2' },
  { code: 'film-3', text: 'Film 3' },
];

describe('a typed answer', () => {
  test.each([
    ['yes', READ, 'read'],
    ['Yes, please!', READ, 'read'],
    ['y', READ, 'read'],
    ['ok', READ, 'read'],
    ['OK, read it', READ, 'read'],
    ['read it anyway', READ, 'read'],
    ['Read it all the same', READ, 'read'],
    ['go ahead', READ, 'read'],
    ['1', READ, 'read'],
    ['no', READ, 'leave'],
    ['No, thanks.', READ, 'leave'],
    ['never mind', READ, 'leave'],
    ['yes', TURN, 'turn'],
    ['turn it', TURN, 'turn'],
    ['please rotate it', TURN, 'turn'],
    ['Turn and invert it', TURN, 'turn'],
    ['1', TURN, 'turn'],
    ['no', TURN, 'as-is'],
    ['as it is', TURN, 'as-is'],
    ['Leave it as is', TURN, 'as-is'],
    ["don't turn it", TURN, 'as-is'],
    ['the second one', TURN, 'as-is'],
    ['2', TURN, 'as-is'],
    ['2', FILMS, 'film-2'],
    ['film 3', FILMS, 'film-3'],
    ['Number 3, please', FILMS, 'film-3'],
    ['the third one', FILMS, 'film-3'],
    ['(2)', FILMS, 'film-2'],
    ['none', FILMS, 'leave'],
  ] as const)('%s', (words, options, code) => {
    expect(typedAnswer(words, options)).toBe(code);
  });

  test.each([
    ['yes', FILMS],
    ['1', FILMS],
    ['3', TURN],
    ['0', TURN],
    ['turn it', READ],
    ['yes, but is there an effusion?', READ],
    ['is there an effusion?', READ],
    ['no effusion?', READ],
    ['where is the right lung?', TURN],
    ['', READ],
    ['1', []],
    ['yes', []],
    ['read it '.repeat(100_000), READ],
  ] as const)('%.40s: none', (words, options) => {
    expect(typedAnswer(words, options)).toBeUndefined();
  });
});
