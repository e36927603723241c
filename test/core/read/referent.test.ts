import { describe, expect, test } from 'vitest';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { referentOf } from '../../../src/core/read/referent.ts';

const lexicon = createLexicon(DEMO_PROFILE);
const REPORT = 'Provide a radiology report for this Chest X-Ray.';

/** Questions and answers, oldest first, and what "it" is in the question after them. */
const CONVERSATIONS: readonly (readonly [readonly (readonly [string, string])[], string])[] = [
  [[], 'nothing'],
  [[['hello', 'Hello.']], 'nothing'],
  [
    [['Is there an effusion?', 'Yes, there is a small right pleural effusion.']],
    'pleural effusion',
  ],
  [[['Is there an effusion?', 'No, there is no pleural effusion.']], 'pleural effusion, denied'],
  [[['Is there an effusion?', 'It is hard to say.']], 'pleural effusion'],
  [[['Is the heart enlarged?', 'The heart is enlarged, with mild cardiomegaly.']], 'cardiomegaly'],
  // The last question wins over what was said before it.
  [
    [
      ['Any nodule?', 'Yes, a nodule.'],
      ['Any PTX?', 'No pneumothorax.'],
    ],
    'pneumothorax, denied',
  ],
  [
    [
      ['Any PTX?', 'No pneumothorax.'],
      ['Any nodule?', 'Yes, a nodule.'],
    ],
    'nodule',
  ],
  [
    [
      ['Any nodule?', 'Yes, a nodule.'],
      ['thanks', 'You are welcome.'],
    ],
    'nodule, named',
  ],
  // Of a report, what it reports last; what it denies, only if it reports nothing.
  [
    [[REPORT, 'There is a nodule. There is a small right pleural effusion. No pneumothorax.']],
    'pleural effusion, named',
  ],
  [[[REPORT, 'There is a nodule. No pneumothorax.']], 'nodule'],
  [[[REPORT, 'The heart size is normal. No pneumothorax.']], 'pneumothorax, denied'],
  // What was asked about keeps its side, also through "where is it?".
  [
    [
      ['Is there a left effusion?', 'Yes.'],
      ['Where is it?', 'The pleural effusion is located at [0.6, 0.7, 0.8, 0.8].'],
    ],
    'left pleural effusion',
  ],
  [
    [
      ['Is there a left effusion?', 'Yes.'],
      ['Where is it?', 'No, there is no left pleural effusion.'],
    ],
    'left pleural effusion, denied',
  ],
  [[['Where is it?', 'The nodule is located at [0.6, 0.7, 0.8, 0.8].']], 'nodule'],
  [[['Is there a left effusion?', 'Yes, there is.']], 'left pleural effusion'],
  [[['Is there a small left effusion?', 'No.']], 'left pleural effusion, denied'],
  [
    [['Where is the right lung?', 'The right lung is located at [0.1, 0.1, 0.4, 0.8].']],
    'right lung',
  ],
  [
    [['Where is the left lower lung zone?', 'It is at [0.1, 0.1, 0.4, 0.8].']],
    'left lower lung zone',
  ],
  [
    [['Is the right lung clear?', 'The right lung shows a nodule in the right mid lung zone.']],
    'nodule',
  ],
  [[['Is the heart normal?', 'The heart size is normal.']], 'cardiac silhouette, named'],
];

describe('"it"', () => {
  test.each(CONVERSATIONS)('after %j is %s', (exchanges, what) => {
    const history = exchanges.map(([question, answer]) => ({ question, answer, gate: false }));
    const it = referentOf(history, lexicon);
    const words = it === null ? 'nothing' : it.term.name;
    const how = it?.denied === 'no' ? ', denied' : it !== null && !it.plain ? ', named' : '';
    expect(`${words}${how}`).toBe(what);
  });

  test('is looked for once in a conversation of nothing but "where is it?"', () => {
    const history = Array.from({ length: 200 }, () => ({
      question: 'Where is it?',
      answer: 'Here.',
      gate: false,
    }));
    const before = performance.now();
    expect(referentOf(history, lexicon)).toBeNull();
    expect(performance.now() - before).toBeLessThan(1_000);
  });
});
