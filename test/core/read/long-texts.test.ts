import { expect, test } from 'vitest';
import { commandIn } from '../../../src/core/conversation/command.ts';
import { QUESTION_LIMIT } from '../../../src/core/conversation/limits.ts';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { claimsOf } from '../../../src/core/read/assertions.ts';
import { presenceOf } from '../../../src/core/read/presence.ts';
import { recognise } from '../../../src/core/read/recognise.ts';
import { referentOf } from '../../../src/core/read/referent.ts';
import { splitSentences } from '../../../src/core/read/split-sentences.ts';
import { untaughtTopic } from '../../../src/core/read/untaught.ts';

/** A pattern that backtracks takes seconds to hours; a busy machine does each of these in well under this. */
const LIMIT_MS = 1_000;

/** Each is repeated, which is what makes a pattern backtrack. */
const UNITS: readonly (readonly [string] | readonly [string, string])[] = [
  [' ', 'is the '],
  ['\n', 'where is'],
  ['a ', 'has the '],
  ['no '],
  ['is not '],
  ['not entirely '],
  ['cannot be '],
  ['show me '],
  ['where '],
  ['hey, '],
  ['is and '],
  [',', 'is '],
  ['nodule '],
  ['no nodule, '],
  ['small right '],
  ['nodule in the right upper '],
  ['tube '],
  ['tip of the a b c '],
  ['what about '],
  [' on this film', 'where is it'],
  ['. '],
  ['['],
  ['?', 'x'],
  ['heart is '],
];

test.each(UNITS)(
  'a question or an answer of nothing but %j is read at once',
  (unit, opening = '') => {
    const text = (opening + unit.repeat(QUESTION_LIMIT)).slice(0, QUESTION_LIMIT);
    const lexicon = createLexicon(RADVLM_PROFILE);
    const before = performance.now();
    recognise(text);
    untaughtTopic(text, RADVLM_PROFILE);
    commandIn(text);
    splitSentences(text);
    claimsOf(text, lexicon);
    presenceOf(text, RADVLM_PROFILE.findings[0]!);
    referentOf([{ question: text, answer: text, gate: false }], lexicon);
    expect(performance.now() - before).toBeLessThan(LIMIT_MS);
  },
);
