import { parseBoxes } from '../grounding/box-stream.ts';
import { sideOf } from '../grounding/midline.ts';
import { sideInWords } from '../grounding/side-in-words.ts';
import type { Side } from '../film.ts';
import { termOnSide, unknownTerm, type Term } from '../profile/profile.ts';
import type { Exchange, ReplyEvent } from '../reply.ts';
import { noticeOf } from './notices.ts';
import { passGate, sayNotReported } from './presence-gate.ts';
import { presenceOf } from './presence.ts';
import type { ReadingStep } from './reading-step.ts';
import { findingIn, isAnatomy, isPronoun, recognise, taughtName, thingIn } from './recognise.ts';
import { referentOf } from './referent.ts';
import { sayAnswer, type Question } from './say-answer.ts';
import { untaughtTopic } from './untaught.ts';

export const denies = (term: Term | undefined) => (answer: string) =>
  term !== undefined && presenceOf(answer, term) === 'no';

/** A question in the user's own words, which go to the model as they are. */
export async function* answerWords(step: ReadingStep, text: string): AsyncGenerator<ReplyEvent> {
  const topic = untaughtTopic(text, step.profile);
  if (topic !== undefined) {
    yield* step.draft.open(noticeOf('outside-training', { topic }));
    yield* sayAnswer(step, { text, subject: 'place', shown: false, denies: denies(undefined) });
    return;
  }
  const found = recognise(text);
  switch (found.kind) {
    case 'locate':
      yield* locate(step, found.what, text);
      break;
    case 'locate-it':
      yield* locateIt(step, text);
      break;
    case 'other-side':
      yield* answerOtherSide(step, text, found.side);
      break;
    // A task is the caller's to begin; as words it is a question like any other.
    case 'task':
    case 'presence':
    case 'other':
      yield* sayAnswer(step, freely(step, text));
      break;
  }
}

/** "Where is X?", as a command with its own wording. */
export async function* answerLocate(step: ReadingStep, words: string): AsyncGenerator<ReplyEvent> {
  const what = thingIn(words);
  if (isPronoun(what)) {
    yield* locateIt(step, 'Where is it?');
    return;
  }
  const asked = step.profile.locate(taughtName(what, step.lexicon));
  const topic = untaughtTopic(asked, step.profile);
  if (topic === undefined) yield* locate(step, what, asked);
  else yield* answerWords(step, asked);
}

export const freely = ({ lexicon }: Pick<ReadingStep, 'lexicon'>, text: string): Question => {
  const term = findingIn(text, lexicon)?.term;
  return { text, subject: term?.name ?? 'place', shown: true, denies: denies(term) };
};

/** Findings and words that nobody knows pass the gate; anatomy is always there. */
async function* locate(step: ReadingStep, what: string, asked: string): AsyncGenerator<ReplyEvent> {
  const finding = findingIn(what, step.lexicon);
  const anatomy = isAnatomy(step.lexicon.mentions(what));
  const term = finding?.term ?? unknownTerm(what);
  if (!anatomy && !(yield* passGate(step, term, asked))) return;
  const denied = denies(anatomy ? undefined : term);
  yield* sayAnswer(step, { text: asked, subject: what, shown: true, denies: denied });
}

const IT_IS_UNKNOWN =
  'It is not clear what to locate. Name it, for example: where is the right lung?';

/** "Where is it?" */
async function* locateIt(step: ReadingStep, asked: string): AsyncGenerator<ReplyEvent> {
  const { draft, history, lexicon, profile } = step;
  // Without a profile nobody can tell what "it" is but the model.
  if (profile.findings.length === 0) {
    yield* sayAnswer(step, freely(step, asked));
    return;
  }
  const it = referentOf(history, lexicon);
  if (it === null) {
    yield* draft.say(IT_IS_UNKNOWN);
  } else if (it.denied !== null) {
    yield* sayNotReported(step, it.term, profile.locate(it.term.name), it.denied);
  } else if (
    it.kind === 'anatomy' ||
    (yield* passGate(step, it.term, profile.locate(it.term.name)))
  ) {
    // The model's own "it" may be something else that was never asked about; then the thing is named.
    const text = it.plain ? asked : profile.locate(it.term.name);
    const term = it.kind === 'anatomy' ? undefined : it.term;
    yield* sayAnswer(step, { text, subject: it.term.name, shown: true, denies: denies(term) });
  }
}

/**
 * "And on the left?": after a place that was asked for it asks for a place, so a finding passes the gate first. The thing
 * is then named: the model's own "other side" may be that of something said before.
 */
async function* answerOtherSide(
  step: ReadingStep,
  asked: string,
  sideSaid: Side | null,
): AsyncGenerator<ReplyEvent> {
  const last = step.history.at(-1);
  const it = last === undefined ? null : referentOf([last], step.lexicon);
  const wasPlace =
    last !== undefined && ['locate', 'locate-it'].includes(recognise(last.question).kind);
  if (it === null) {
    yield* sayAnswer(step, freely(step, asked));
    return;
  }
  const side = sideSaid ?? (yield* sideNotSaid(step, last));
  const term = onSide(it.term, side);
  const isFinding = it.kind === 'finding';
  const named = step.profile.locate(term.name);
  if (wasPlace && isFinding && !(yield* passGate(step, term, named))) return;
  const denied = denies(isFinding ? term : undefined);
  const text = wasPlace && side !== null ? named : asked;
  yield* sayAnswer(step, { text, subject: term.name, shown: true, denies: denied });
}

export const onSide = (term: Term, side: Side | null): Term => {
  const name = term.name.replace(/^(?:right|left) /, '');
  return side === null ? { ...term, name } : termOnSide({ ...term, name }, side);
};

/** The other side than that of the last exchange, by its words or else by its boxes; null: it had none, or both. */
export async function* sideNotSaid(
  { film, profile, midlines, asking }: ReadingStep,
  last: Exchange | undefined,
): AsyncGenerator<ReplyEvent, Side | null> {
  if (last === undefined) return null;
  const inWords = sideInWords(last.question) ?? sideInWords(last.answer);
  if (inWords !== null) return oppositeOf(inWords);
  const { places } = parseBoxes(last.answer, {
    scale: profile.boxScale,
    shown: true,
    firstNumber: 1,
    subject: 'place',
    objection: () => null,
  });
  const midline = places.length === 0 ? null : yield* midlines.find(film, asking);
  if (midline === null) return null;
  const sides = new Set(places.map(({ box }) => sideOf(box, midline)));
  const [side] = sides;
  return sides.size === 1 && side !== undefined && side !== null ? oppositeOf(side) : null;
}

const oppositeOf = (side: Side | 'both'): Side | null => {
  if (side === 'right') return 'left';
  return side === 'left' ? 'right' : null;
};
