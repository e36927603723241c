import { describe, expect, test } from 'vitest';
import { DEMO_PROFILE } from '../../../src/core/profile/demo.ts';
import { unknownTerm } from '../../../src/core/profile/profile.ts';
import { presenceOf } from '../../../src/core/read/presence.ts';

const effusion = DEMO_PROFILE.findings.find(({ name }) => name === 'pleural effusion')!;

describe('the answer to "Is there a pleural effusion?"', () => {
  test.each([
    ['Yes.', 'yes'],
    ['yes', 'yes'],
    ['Yes, there is a small right pleural effusion.', 'yes'],
    ['Yes, there is a right effusion. There is no pneumothorax.', 'yes'],
    ['Yes, there may be a small effusion.', 'yes'],
    ['There is a small effusion.', 'yes'],
    ['There is a small left pleural effusion without pneumothorax.', 'yes'],
    ['A moderate pleural effusion is seen on the right.', 'yes'],
    ['The pleural effusion is located at [0.10, 0.60, 0.40, 0.90].', 'yes'],
    ['It is present on the right.', 'yes'],
    ['Bilateral pleural effusions are present.', 'yes'],
    ['No.', 'no'],
    ['no', 'no'],
    ['No, there is no pleural effusion.', 'no'],
    ['No evidence of pleural effusion.', 'no'],
    ['There is no pleural effusion or pneumothorax.', 'no'],
    ['I do not see a pleural effusion on this image.', 'no'],
    ['I do not see any.', 'no'],
    ['The costophrenic angles are sharp, without effusion.', 'no'],
    ['A pleural effusion is not seen.', 'no'],
    ['It is not present.', 'no'],
    ['None.', 'no'],
    ['No pleural effusions are identified.', 'no'],
    ['Neither pneumothorax nor pleural effusion is seen.', 'no'],
    ['The effusion has resolved.', 'no'],
    ['A pleural effusion cannot be excluded.', 'unsure'],
    ['A small effusion may be present.', 'unsure'],
    ['Possible small pleural effusion.', 'unsure'],
    ['No, but there is a small pleural effusion.', 'unsure'],
    ['Yes, there is no pleural effusion.', 'unsure'],
    ['No. There is a pleural effusion on the right.', 'unsure'],
    ['I can only answer questions about this chest X-ray.', 'unsure'],
    ['The heart is enlarged.', 'unsure'],
    ['', 'unsure'],
  ])('%j is %s', (answer, presence) => {
    expect(presenceOf(answer, effusion)).toBe(presence);
  });
});

describe('the answer to "Is there a snorkel?", a word that no profile has', () => {
  test.each([
    ['Yes, there is a snorkel.', 'yes'],
    ['There is a snorkel in the trachea.', 'yes'],
    ['No, there is no snorkel.', 'no'],
    ['I do not see a snorkel on this image.', 'no'],
    ['I am not sure about that.', 'unsure'],
  ])('%j is %s', (answer, presence) => {
    expect(presenceOf(answer, unknownTerm('snorkel'))).toBe(presence);
  });
});
