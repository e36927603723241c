import { describe, expect, test } from 'vitest';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { findingPhrase } from '../../../src/core/read/finding-phrase.ts';

const lexicon = createLexicon(RADVLM_PROFILE);

describe('the place of a finding is asked with the words of its sentence', () => {
  test.each([
    ['There is a small right pleural effusion.', 'small right pleural effusion'],
    ['Small right effusion.', 'small right pleural effusion'],
    ['There is a nodule in the right lower lung zone.', 'nodule in the right lower lung zone'],
    ['Nodule in the left upper lobe, unchanged.', 'nodule in the left upper lobe'],
    ['Left retrocardiac opacity.', 'left retrocardiac lung opacity'],
    ['There is atelectasis at the left base.', 'atelectasis at the left base'],
    ['A left-sided pleural effusion is seen.', 'left-sided pleural effusion'],
    ['An effusion on the right.', 'pleural effusion on the right'],
    ['Bilateral effusions.', 'bilateral pleural effusion'],
    ['The heart is mildly enlarged.', 'cardiomegaly'],
    ['There is pulmonary edema.', 'pulmonary edema'],
    ['A new nodule and a mass.', 'nodule'],
  ])('%j: %s', (sentence, phrase) => {
    const [mention] = lexicon.mentions(sentence);
    expect(mention && findingPhrase(sentence, mention)).toBe(phrase);
  });
});
