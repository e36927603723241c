import { parseBoxes, type Boxed } from '../grounding/box-stream.ts';
import { mentionOf, unknownTerm, type Term } from '../profile/profile.ts';
import type { ReplyEvent } from '../reply.ts';
import { denies, freely, onSide, sideNotSaid } from './answer-question.ts';
import { noticeOf } from './notices.ts';
import type { Presence } from './presence.ts';
import { askPresence } from './presence-gate.ts';
import type { ReadingStep } from './reading-step.ts';
import { findingIn, isAnatomy, recognise } from './recognise.ts';
import { referentOf } from './referent.ts';
import { addPlaces, boxRules } from './shown-places.ts';
import { untaughtTopic } from './untaught.ts';

/** What the boxes of an answer are held to. */
type Asked = {
  /** What a box without a name is of; it may name a side. */
  readonly subject: string;
  /** What has to be confirmed by the presence gate before a box of it is shown. */
  readonly gated: Term | undefined;
  /** Answers for the gate, where the conversation has already: the model has just said that it is not there. */
  readonly presence?: Presence;
  readonly denies: (answer: string) => boolean;
  /** Nobody can tell what a box would be of. */
  readonly unclear?: boolean;
};

/**
 * A program's question, sent as it is, and the answer as the model writes it. What people are asked and told first comes
 * afterwards here: an answer with places is checked once it has ended, and the reply's boxes and notices say what stood.
 */
export async function* answerAsWritten(
  step: ReadingStep,
  text: string,
): AsyncGenerator<ReplyEvent> {
  const topic = untaughtTopic(text, step.profile);
  if (topic === undefined) {
    yield* write(step, text);
    yield* check(step, yield* askedFor(step, text));
    return;
  }
  yield* step.draft.open(noticeOf('outside-training', { topic }));
  yield* write(step, text);
  show(step, freely(step, text).subject, false, () => false);
}

/** A task in its own wording. Its boxes have passed no gate, as in every reply. */
export async function* answerTaskAsWritten(
  step: ReadingStep,
  wording: string,
): AsyncGenerator<ReplyEvent> {
  yield* write(step, wording);
  yield* check(step, { subject: 'place', gated: undefined, denies: () => false });
}

async function* write(step: ReadingStep, text: string): AsyncGenerator<ReplyEvent> {
  const { asking, draft } = step;
  try {
    for await (const event of asking.inConversation(text)) {
      if (event.type === 'text-delta') {
        if (draft.raw === '') yield { type: 'status', phase: 'answering' };
        draft.raw += event.text;
        draft.exchange = { question: text, answer: draft.raw, gate: false };
      }
      yield event;
    }
  } catch (error) {
    // What was said before it broke off has been checked by nobody.
    show(step, 'place', false, () => false);
    throw error;
  }
  if (draft.finishReason === 'length') draft.note(noticeOf('cut-short'));
}

async function* check(step: ReadingStep, asked: Asked): AsyncGenerator<ReplyEvent> {
  const { asking, draft, film, midlines, profile } = step;
  const hasPlaces = parse(step, asked.subject).places.length > 0;
  const shown = !hasPlaces || (yield* passes(step, asked));
  if (hasPlaces && shown) yield* midlines.find(film, asking);
  const { leftOut } = show(step, asked.subject, shown, asked.denies);
  if (profile.boxScale === null && leftOut.length > 0) draft.note(noticeOf('no-profile'));
}

/** The presence gate, of an answer that gives a place. */
async function* passes(
  step: ReadingStep,
  { gated, presence: known, unclear = false }: Asked,
): AsyncGenerator<ReplyEvent, boolean> {
  if (unclear) step.draft.note(noticeOf('place-unclear'));
  if (gated === undefined) return !unclear;
  const presence = known ?? (yield* askPresence(step, gated)).presence;
  if (presence === 'yes') return true;
  const code = presence === 'no' ? 'not-reported' : 'presence-unsure';
  step.draft.note(noticeOf(code, { what: mentionOf(gated) }));
  return false;
}

/** The whole answer, as people see it, and its boxes. */
const show = (
  { draft, film, midlines, profile }: ReadingStep,
  subject: string,
  shown: boolean,
  denied: (answer: string) => boolean,
): Boxed => {
  const midline = () => midlines.known(film);
  const boxed = parseBoxes(
    draft.raw,
    boxRules({ profile, draft, subject, shown, midline, denied: () => denied(draft.raw) }),
  );
  draft.show(boxed.text);
  addPlaces(draft, film, midlines.known(film) ?? null, boxed);
  return boxed;
};

const parse = ({ draft, profile }: ReadingStep, subject: string): Boxed =>
  parseBoxes(draft.raw, {
    scale: profile.boxScale,
    shown: true,
    firstNumber: 1,
    subject,
    objection: () => null,
  });

/** What the words ask for. The same rules as for people, whose question would be put off or worded anew. */
async function* askedFor(step: ReadingStep, text: string): AsyncGenerator<ReplyEvent, Asked> {
  const found = recognise(text);
  switch (found.kind) {
    case 'locate':
      return placeOf(step, found.what);
    case 'locate-it':
      return placeOfIt(step, text);
    case 'other-side': {
      const last = step.history.at(-1);
      const it = last === undefined ? null : referentOf([last], step.lexicon);
      if (last === undefined || it === null) return openly(step, text);
      const term = onSide(it.term, found.side ?? (yield* sideNotSaid(step, last)));
      const wasPlace = ['locate', 'locate-it'].includes(recognise(last.question).kind);
      const finding = it.kind === 'finding' ? term : undefined;
      return {
        subject: term.name,
        gated: wasPlace ? finding : undefined,
        denies: denies(finding),
      };
    }
    case 'task':
    case 'presence':
    case 'other':
      return openly(step, text);
  }
}

const openly = (step: ReadingStep, text: string): Asked => {
  const { subject, denies: denied } = freely(step, text);
  return { subject, gated: undefined, denies: denied };
};

const placeOf = ({ lexicon }: ReadingStep, what: string): Asked => {
  if (isAnatomy(lexicon.mentions(what)))
    return { subject: what, gated: undefined, denies: denies(undefined) };
  const term = findingIn(what, lexicon)?.term ?? unknownTerm(what);
  return { subject: what, gated: term, denies: denies(term) };
};

const placeOfIt = (step: ReadingStep, text: string): Asked => {
  // Without a profile nobody can tell what "it" is but the model.
  if (step.profile.findings.length === 0) return openly(step, text);
  const it = referentOf(step.history, step.lexicon);
  if (it === null) return { ...openly(step, text), unclear: true };
  const finding = it.kind === 'finding' ? it.term : undefined;
  const asked = { subject: it.term.name, gated: finding, denies: denies(finding) };
  return it.denied === null ? asked : { ...asked, presence: it.denied };
};
