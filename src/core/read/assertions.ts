import type { Lexicon, Mention } from '../profile/lexicon.ts';

/**
 * What a sentence of a report says of the findings in it, by negation cues and their scope (the idea of NegEx,
 * Chapman et al. 2001, with the cues of chest reports).
 *
 * Covered: English report language. Not covered: irony, questions, other languages, findings that the profile does
 * not know. What these rules cannot tell is `unclear`, which is shown as it is and never boxed.
 */
type SentenceKind = 'positive' | 'negative' | 'normal' | 'unclear';

export type FindingClaim = {
  readonly mention: Mention;
  /** `hedged`: may be there ("cannot be excluded"); a report counts it as positive, a yes or no question as neither. */
  readonly claim: 'asserted' | 'hedged' | 'denied' | 'mentioned';
};

export type SentenceClaims = {
  readonly kind: SentenceKind;
  readonly findings: readonly FindingClaim[];
};

/** Look like negations and are none, or say that the negated thing is there. They are struck out before the cues are sought. */
const NOT_A_NEGATION =
  /\b(?:no|without|not)\s+(?:(?:any|significant|appreciable|definite|interval|substantial|real)\s+)*(?:change|increase|decrease|progression|improvement|difference)s?(?:\s+(?:in|of|to|from))?|\bnot\s+only\b|\bno\s+doubt\b|\bwithout\s+(?:a\s+)?doubt\b/gi;

/** In doubt, which a report says so as not to leave it out. */
const HEDGES =
  /\b(?:(?:can\s?not|can't|could\s+not|not)\s+(?:be\s+)?(?:\w+ly\s+)?(?:entirely\s+|completely\s+)?(?:exclude|ruled?\s+out|rule)d?(?:\s+out)?|possib(?:le|ly)|probabl[ey]|likely|suspicio(?:us|n)|suspected|suggest(?:s|ive|ing|ed)?|concern(?:ing)?\s+for|may|might|could|questionable|question\s+of|equivocal|presum(?:ed|ably)|compatible\s+with|consistent\s+with|represent(?:s|ing)?|versus|vs\.?)(?!\w)/i;

/** Deny what comes after them in their clause. */
const BEFORE =
  /\b(?:no|without|not|neither|nor|never|absence\s+of|absent|lack\s+of|free\s+of|clear\s+of|negative\s+for|(?:is|are|was|were)n't|doesn't|don't|didn't|resolution\s+of|resolved|removal\s+of|low\s+suspicion\s+for|unlikely\s+to\s+(?:be|represent))\b/i;

/** Deny what comes before them in their clause. */
const AFTER =
  /\b(?:(?:is|are|was|were|has|have|been)\s+(?:\w+ly\s+)?(?:not|no\s+longer)|(?:is|are|was|were)n't|not\s+(?:\w+ly\s+)?(?:seen|identified|present|evident|visuali[sz]ed|appreciated|demonstrated|detected|visible|noted)|absent|unlikely|(?:has|have)\s+(?:\w+ly\s+)?(?:resolved|cleared)|(?:is|are|was|been)\s+(?:ruled\s+out|excluded|removed))\b/i;

/** "Pneumothorax: none.", as structured reports write. */
const HEADING_DENIED = /^\s*:\s*(?:none|no\b|not\b|absent|negative|nil)/i;

/** Neither there nor not: what the film was taken for, or what was once. */
const HYPOTHETICAL =
  /\b(?:(?:to|please)\s+(?:evaluate|assess|exclude|rule\s+out|confirm)|evaluat(?:e|ion)\s+(?:for|of)|assess(?:ment)?\s+(?:for|of)|rule\s+out|history\s+of|status\s+post|s\/p|prior\s+to|if\s+(?:there\s+is|clinical)|in\s+case\s+of|indication)\b/i;

const NORMAL =
  /\b(?:normal|clear|unremarkable|intact|within\s+(?:the\s+)?normal\s+limits|preserved|well[\s-]+(?:expanded|aerated|inflated)|sharp|patent|not\s+enlarged)\b/i;

/** Turns "normal" and "clear" round. */
const NOT_NORMAL =
  /\b(?:not|n't|no\s+longer|ab|sub)[\s-]*(?:entirely\s+|completely\s+)?(?:normal|clear|intact)\b/i;

/** Ends the reach of a cue: another statement begins. A comma does so only before words that open one. */
const CLAUSE_END =
  /;|:|\b(?:but|however|although|though|except(?:\s+for)?|apart\s+from|aside\s+from|other\s+than|which|while|whereas|there\s+(?:is|are|was|were))\b|,\s+(?=(?:(?:and|with)\s+)?(?:there|an?|the|small|tiny|trace|mild|moderate|large|severe|new|stable|unchanged|persistent|increased|possible|probable|likely|bilateral|right|left)\b)|,?\s+(?=without\b|with\s+no\b|with\s+(?:an?|small|tiny|trace|mild|moderate|large|severe)\b|and\s+(?:no|an?)\b)/gi;

/** What a sentence claims. Findings stand in the order of the text. */
export const claimsOf = (sentence: string, lexicon: Lexicon): SentenceClaims => {
  const findings = lexicon
    .mentions(sentence)
    .filter(({ kind }) => kind === 'finding')
    .map((mention) => ({ mention, claim: claimOf(mention, sentence) }));
  return { kind: kindOf(sentence, findings), findings };
};

const kindOf = (sentence: string, findings: readonly FindingClaim[]): SentenceKind => {
  if (findings.some(({ claim }) => claim === 'asserted' || claim === 'hedged')) return 'positive';
  if (findings.some(({ claim }) => claim === 'denied')) return 'negative';
  if (findings.length > 0 || NOT_NORMAL.test(sentence)) return 'unclear';
  if (NORMAL.test(sentence)) return 'normal';
  return BEFORE.test(sentence.replaceAll(NOT_A_NEGATION, '')) && !HEDGES.test(sentence)
    ? 'negative'
    : 'unclear';
};

const claimOf = (mention: Mention, sentence: string): FindingClaim['claim'] => {
  if (HEADING_DENIED.test(sentence.slice(mention.end))) return 'denied';
  const { before, after } = clauseAround(mention, sentence);
  const hedged = HEDGES.test(before) || HEDGES.test(after);
  const cue = before.replaceAll(NOT_A_NEGATION, ' ');
  // "cannot be excluded" holds a "not" that denies nothing.
  if (hedged && !BEFORE.test(cue.replace(HEDGES, ' '))) {
    return AFTER.test(after.replace(HEDGES, ' ')) ? 'denied' : 'hedged';
  }
  if (HYPOTHETICAL.test(before)) return 'mentioned';
  if (BEFORE.test(cue.replace(HEDGES, ' ')) || AFTER.test(after)) return 'denied';
  return 'asserted';
};

/** The words of the mention's own clause on either side of it. */
const clauseAround = (mention: Mention, sentence: string): { before: string; after: string } => {
  let from = 0;
  let to = sentence.length;
  for (const match of sentence.matchAll(CLAUSE_END)) {
    // "without", "there is" belong to the clause that they open.
    const opens = match.index + /^[;:,\s]*/.exec(match[0])![0].length;
    if (opens <= mention.start) from = Math.max(from, opens);
    else if (match.index >= mention.end) to = Math.min(to, match.index);
  }
  return { before: sentence.slice(from, mention.start), after: sentence.slice(mention.end, to) };
};
