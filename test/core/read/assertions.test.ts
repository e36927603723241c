import { describe, expect, test } from 'vitest';
import { createLexicon } from '../../../src/core/profile/lexicon.ts';
import { RADVLM_PROFILE } from '../../../src/core/profile/radvlm.ts';
import { claimsOf } from '../../../src/core/read/assertions.ts';

const lexicon = createLexicon(RADVLM_PROFILE);

/** Sentence, its kind, and the findings that it says are there, in order. */
const SENTENCES: readonly (readonly [string, string, string])[] = [
  // Positive
  ['There is a small right pleural effusion.', 'positive', 'pleural effusion'],
  ['Small right effusion.', 'positive', 'pleural effusion'],
  ['There is cardiomegaly and pulmonary edema.', 'positive', 'cardiomegaly, pulmonary edema'],
  ['The heart is enlarged.', 'positive', 'cardiomegaly'],
  ['The heart is mildly enlarged.', 'positive', 'cardiomegaly'],
  ['Stable cardiomegaly.', 'positive', 'cardiomegaly'],
  ['Unchanged moderate left pleural effusion.', 'positive', 'pleural effusion'],
  ['No significant change in the left pleural effusion.', 'positive', 'pleural effusion'],
  ['Pleural effusion has decreased.', 'positive', 'pleural effusion'],
  ['Clear evidence of a pneumothorax.', 'positive', 'pneumothorax'],
  ['Bibasilar atelectasis is noted.', 'positive', 'atelectasis'],
  ['Nodules in both lungs.', 'positive', 'nodule'],
  ['There is a nodule in the right upper lobe measuring approx. 1.2 cm.', 'positive', 'nodule'],
  // Positive, and something denied beside it
  ['Small left effusion without pneumothorax.', 'positive', 'pleural effusion'],
  ['No pneumothorax, but a small effusion is present.', 'positive', 'pleural effusion'],
  ['There is no consolidation; there is a small pleural effusion.', 'positive', 'pleural effusion'],
  ['No pneumothorax, small left pleural effusion.', 'positive', 'pleural effusion'],
  ['The heart is enlarged and there is no pleural effusion.', 'positive', 'cardiomegaly'],
  ['No focal consolidation except for atelectasis at the left base.', 'positive', 'atelectasis'],
  ['Cardiomegaly with no pulmonary edema.', 'positive', 'cardiomegaly'],
  ['Cardiomegaly and no effusion.', 'positive', 'cardiomegaly'],
  // In doubt counts as positive: it is asked about before it is boxed
  ['A small pneumothorax cannot be excluded.', 'positive', 'pneumothorax'],
  ['Possible left lower lobe pneumonia.', 'positive', 'pneumonia'],
  ['This may represent atelectasis.', 'positive', 'atelectasis'],
  ['Opacity at the left base, possibly atelectasis.', 'positive', 'lung opacity, atelectasis'],
  ['Findings are concerning for pneumonia.', 'positive', 'pneumonia'],
  ['Pneumonia is not excluded.', 'positive', 'pneumonia'],
  ['We cannot rule out pneumonia.', 'positive', 'pneumonia'],
  ['A nodule is suspected.', 'positive', 'nodule'],
  ['Effusion: small left.', 'positive', 'pleural effusion'],
  ['There is no pneumothorax, though a small effusion is likely.', 'positive', 'pleural effusion'],
  // Negative
  ['No pleural effusion.', 'negative', ''],
  ['No pleural effusion or pneumothorax.', 'negative', ''],
  ['There is no focal consolidation, pleural effusion, or pneumothorax.', 'negative', ''],
  ['No evidence of pneumonia.', 'negative', ''],
  ['No large pleural effusion is seen.', 'negative', ''],
  ['Neither pneumothorax nor effusion is present.', 'negative', ''],
  ['The lungs are clear without consolidation or edema.', 'negative', ''],
  ['The lungs are free of consolidation.', 'negative', ''],
  ['Negative for pneumothorax.', 'negative', ''],
  ['Pneumothorax is not seen.', 'negative', ''],
  ['A pneumothorax is no longer visible.', 'negative', ''],
  ['The pleural effusion has resolved.', 'negative', ''],
  ['Interval resolution of pulmonary edema.', 'negative', ''],
  ['Pneumonia is unlikely.', 'negative', ''],
  ['Pneumothorax has been ruled out.', 'negative', ''],
  ['No acute cardiopulmonary abnormality.', 'negative', ''],
  ['There is no acute osseous abnormality.', 'negative', ''],
  ["There isn't a nodule.", 'negative', ''],
  ['No definite nodule.', 'negative', ''],
  ['Pneumothorax: none.', 'negative', ''],
  // Normal
  ['The lungs are clear.', 'normal', ''],
  ['Heart size is normal.', 'normal', ''],
  ['The cardiomediastinal silhouette is within normal limits.', 'normal', ''],
  ['Bony structures are intact.', 'normal', ''],
  ['The mediastinum is unremarkable.', 'normal', ''],
  ['The lungs are otherwise clear.', 'normal', ''],
  ['The heart is not enlarged.', 'normal', ''],
  // Neither: shown as they are
  ['The heart is not normal.', 'unclear', ''],
  ['The patient is rotated.', 'unclear', ''],
  ['The cardiomediastinal silhouette is stable.', 'unclear', ''],
  ['Evaluation for pneumothorax is limited.', 'unclear', ''],
  ['History of pneumonia.', 'unclear', ''],
  ['Recommend follow-up to exclude a mass.', 'unclear', ''],
  ['There is a foreign thing in the stomach.', 'unclear', ''],
];

describe('a sentence of a report', () => {
  test.each(SENTENCES)('%j is %s: %s', (sentence, kind, there) => {
    const claims = claimsOf(sentence, lexicon);
    const asserted = claims.findings.filter(
      ({ claim }) => claim === 'asserted' || claim === 'hedged',
    );
    expect({
      kind: claims.kind,
      there: asserted.map(({ mention }) => mention.term.name).join(', '),
    }).toEqual({
      kind,
      there,
    });
  });
});
