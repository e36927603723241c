import type { Lexicon, Mention } from '../profile/lexicon.ts';
import { termOnSide, type Term } from '../profile/profile.ts';
import type { Exchange } from '../reply.ts';
import { claimsOf, type FindingClaim } from './assertions.ts';
import { presenceOf, type Presence } from './presence.ts';
import { gateSaid } from './presence-gate.ts';
import { isAnatomy, recognise } from './recognise.ts';
import { splitSentences } from './split-sentences.ts';

/** What "it" is: the thing last named in the conversation. */
export type Referent = {
  readonly term: Term;
  readonly kind: Mention['kind'];
  /** The model has said last that it is not there, or the presence gate that it is not sure; null: neither. */
  readonly denied: Exclude<Presence, 'yes'> | null;
  /** The last exchange was about this and nothing else, so the model's own "it" is the same. */
  readonly plain: boolean;
};

/**
 * "It" in a question that follows these exchanges: what the last question named, else what its answer reports, else
 * what its answer denies; then the exchange before. In a report, the finding reported last. "Where is it?" names nothing
 * anew: it is about what "it" was then, on that side.
 */
export const referentOf = (history: readonly Exchange[], lexicon: Lexicon): Referent | null => {
  for (const [back, exchange] of history.toReversed().entries()) {
    const before = history.slice(0, history.length - 1 - back);
    const asked = inQuestion(exchange, lexicon);
    const asksForIt = asked === null && recognise(exchange.question).kind === 'locate-it';
    const found =
      (asksForIt ? asBefore(exchange, before, lexicon) : asked) ?? inAnswer(exchange, lexicon);
    if (found !== null) return { ...found, plain: found.plain && back === 0 };
    // What is before it has been looked at already.
    if (asksForIt) return null;
  }
  return null;
};

const asBefore = (
  { answer }: Exchange,
  before: readonly Exchange[],
  lexicon: Lexicon,
): Referent | null => {
  const it = referentOf(before, lexicon);
  if (it?.kind !== 'finding') return it;
  return presenceOf(answer, it.term) === 'no' ? { ...it, denied: 'no' } : it;
};

const inQuestion = ({ question, answer, gate }: Exchange, lexicon: Lexicon): Referent | null => {
  const mentions = lexicon.mentions(question);
  const finding = mentions.findLast(({ kind }) => kind === 'finding');
  if (finding !== undefined) {
    const term = named(finding, question);
    // In doubt the model itself may still be asked; what the gate found stands.
    const fromModel = presenceOf(answer, term) === 'no' ? 'no' : null;
    const denied = gate ? gateSaid(answer) : fromModel;
    return { term, kind: 'finding', denied, plain: isOnly(finding, mentions) && !gate };
  }
  const structure = mentions.at(-1);
  if (structure === undefined || !isAnatomy(mentions)) return null;
  // "Is the right lung clear?" asks for what is in the lung; "Where is the right lung?" for the lung.
  const isPlace = recognise(question).kind === 'locate';
  if (!isPlace && inAnswer({ question, answer, gate }, lexicon) !== null) return null;
  return { term: named(structure, question), kind: 'anatomy', denied: null, plain: isPlace };
};

const inAnswer = ({ answer }: Exchange, lexicon: Lexicon): Referent | null => {
  const claims = splitSentences(answer).flatMap((sentence) => claimsOf(sentence, lexicon).findings);
  const there = claims.findLast(({ claim }) => claim === 'asserted' || claim === 'hedged');
  const last = there ?? claims.findLast(({ claim }) => claim === 'denied');
  if (last === undefined) return null;
  const others = claims.some((claim) => isThere(claim) && claim.mention.term !== last.mention.term);
  const denied = there === undefined ? 'no' : null;
  return { term: last.mention.term, kind: 'finding', denied, plain: !others };
};

const isThere = ({ claim }: FindingClaim): boolean => claim === 'asserted' || claim === 'hedged';

const isOnly = (finding: Mention, mentions: readonly Mention[]): boolean =>
  mentions.every(({ kind, term }) => kind === 'anatomy' || term === finding.term);

/** With the side that the question names, which a term lacks. */
const named = ({ term, start }: Mention, question: string): Term => {
  const side = /\b(right|left)\s+(?:[\w-]+\s+)?$/i.exec(question.slice(0, start))?.[1];
  return side === undefined ? term : termOnSide(term, side.toLowerCase());
};
