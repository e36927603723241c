import { describe, expect, test } from 'vitest';
import { chooseProfile } from '../../../src/core/profile/choose-profile.ts';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { mentionOf, unknownTerm } from '../../../src/core/profile/profile.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';

describe('the profile', () => {
  test.each([
    ['auto', { names: ['wetread-demo'], demo: true }, 'demo'],
    ['auto', { names: ['RadVLM'], demo: false }, 'radvlm'],
    ['auto', { names: ['/models/radvlm_hf'], demo: false }, 'radvlm'],
    ['auto', { names: ['chest-reader', 'radvlm'], demo: false }, 'radvlm'],
    ['auto', { names: ['qwen3-vl:8b'], demo: false }, 'none'],
    ['none', { names: ['wetread-demo'], demo: true }, 'none'],
    ['radvlm', { names: ['chest-model'], demo: false }, 'radvlm'],
    ['demo', { names: ['chest-model'], demo: false }, 'demo'],
  ] as const)('for the setting %s and the model %j is %s', (setting, model, name) => {
    expect(chooseProfile(setting, model).name).toBe(name);
  });
});

test('the demo is asked whether a finding is there in the words that it is measured with', () => {
  expect(DEMO_PROFILE.findings.map((term) => DEMO_PROFILE.isThere(mentionOf(term)))).toEqual([
    'Is there cardiomegaly?',
    'Is there a pleural effusion?',
    'Is there consolidation?',
    'Is there a nodule?',
    'Is there a mass?',
    'Is there a pneumothorax?',
    'Is there atelectasis?',
    'Is there pulmonary edema?',
    'Is there a pacemaker?',
    'Is there an endotracheal tube?',
    'Is there a central venous catheter?',
    'Is there a chest tube?',
  ]);
});

test.each([
  ['snorkel', 'a snorkel'],
  ['apple', 'an apple'],
  ['snorkels', 'snorkels'],
  ['mass', 'a mass'],
  ['pneumothorax', 'a pneumothorax'],
  ['hiatus', 'a hiatus'],
])('the unknown word %j is mentioned as %j', (word, mention) => {
  expect(mentionOf(unknownTerm(word))).toBe(mention);
});

describe.each([DEMO_PROFILE, RADVLM_PROFILE])('the words of $name', (profile) => {
  const lexicon = createLexicon(profile);
  const terms = [...profile.findings, ...profile.anatomy];

  test('each stand for one thing', () => {
    const words = terms.flatMap(({ name, synonyms }) => [name, ...synonyms]);
    expect(words.filter((word, at) => words.indexOf(word) !== at)).toEqual([]);
  });

  test('are found in a sentence, in capitals and with hyphens', () => {
    const unfound = terms.flatMap((term) =>
      [term.name, ...term.synonyms]
        .filter((word) => !word.includes('*'))
        .flatMap((word) => [word, word.toUpperCase(), word.replaceAll(' ', '-')])
        .filter((form) => {
          const found = lexicon.mentions(`There is ${form}, perhaps.`);
          return found.length !== 1 || found[0]?.term !== term;
        }),
    );
    expect(unfound).toEqual([]);
  });
});

describe('a lexicon', () => {
  const names = (text: string): string =>
    createLexicon(DEMO_PROFILE)
      .mentions(text)
      .map(({ term }) => term.name)
      .join(', ');

  test.each([
    ['an enlarged heart', 'cardiomegaly'],
    ['the heart is mildly enlarged', 'cardiomegaly'],
    ['the heart is not enlarged', 'cardiac silhouette'],
    ['the heart', 'cardiac silhouette'],
    ['nodules and a mass', 'nodule, mass'],
    ['opacities', 'consolidation'],
    ['massive', ''],
    ['a chest tube in the left lower lung zone', 'chest tube, lower lung zone'],
    ['the ETT', 'endotracheal tube'],
  ])('finds in %j: %s', (text, found) => {
    expect(names(text)).toBe(found);
  });
});
