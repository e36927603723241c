import { createLexicon } from '../profile/lexicon.ts';
import type { Term } from '../profile/profile.ts';
import { claimsOf } from './assertions.ts';
import { splitSentences } from './split-sentences.ts';

/** What an answer to "Is there X?" says. `unsure`: neither yes nor no, in doubt, or both. */
export type Presence = 'yes' | 'no' | 'unsure';

const YES = /^\W*(?:yes|yeah|correct|indeed|there (?:certainly|definitely) (?:is|are))\b/i;
const NO = /^\W*(?:no|nope|none|negative)\b/i;

/** Answers that do not name X again: "It is not seen.", "I do not see any." */
const NOT_THERE =
  /\b(?:(?:it|that|this|they|there|which)\s+(?:is|are)(?:\s+not|n't)|(?:is|are)\s+not\s+(?:\w+ly\s+)?(?:seen|present|visible|identified|evident)|not\s+(?:seen|present|visible|identified|evident|that\s+i\s+(?:can\s+)?see)|(?:do|can)(?:es)?\s?(?:not|n't)\s+(?:see|identify|find|detect)|none\b|absent)/i;
const IS_THERE =
  /\b(?:it|this|that|they|one|some)\s+(?:is|are)\s+(?:\w+ly\s+)?(?:seen|present|visible|identified|evident|there)\b|^\W*(?:present|seen|visible)\b/i;

/** The model's answer to "Is there X?" of the film alone. */
export const presenceOf = (answer: string, term: Term): Presence => {
  const said = bodyOf(answer, term);
  if (said === 'both' || said === 'hedged')
    return YES.test(answer) && said === 'hedged' ? 'yes' : 'unsure';
  if (YES.test(answer)) return said === 'no' ? 'unsure' : 'yes';
  if (NO.test(answer)) return said === 'yes' ? 'unsure' : 'no';
  return said;
};

/** What the sentences claim of X, whatever the answer opens with. */
const bodyOf = (answer: string, term: Term): Presence | 'hedged' | 'both' => {
  const lexicon = createLexicon({ findings: [term], anatomy: [] });
  const claims = splitSentences(answer).flatMap((sentence) =>
    claimsOf(sentence.replace(YES, '').replace(/^\W*no,/i, ''), lexicon).findings.map(
      ({ claim }) => claim,
    ),
  );
  const asserted = claims.includes('asserted');
  const denied = claims.includes('denied');
  if (asserted && denied) return 'both';
  if (claims.includes('hedged')) return 'hedged';
  if (asserted) return 'yes';
  if (denied) return 'no';
  const rest = answer.replace(YES, '').replace(/^\W*no,/i, '');
  if (NOT_THERE.test(rest)) return 'no';
  return IS_THERE.test(rest) ? 'yes' : 'unsure';
};
