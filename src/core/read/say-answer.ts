import { createBoxStream, type BoxStream } from '../grounding/box-stream.ts';
import type { ReplyEvent } from '../reply.ts';
import { noticeOf } from './notices.ts';
import type { ReadingStep } from './reading-step.ts';
import { addPlaces, boxRules } from './shown-places.ts';

export type Question = {
  /** As the model is asked. */
  readonly text: string;
  /** What a box without a name is of. */
  readonly subject: string;
  /** false: no place is shown. */
  readonly shown: boolean;
  /** Whether the answer so far denies what was asked about; then no box of it is shown. */
  readonly denies: (answer: string) => boolean;
};

/**
 * Asks the user's question in the conversation and says the answer as it comes, numbers in place of coordinates.
 *
 * Sides are judged by the film's midline, which may have to be asked for. That can't be done while this answer is
 * still running (it holds the only place that the queue may have), and isn't worth it for an answer without boxes.
 * So words flow until the first coordinates of a film whose midline is unknown; the rest waits for the answer's end.
 */
export async function* sayAnswer(
  step: ReadingStep,
  question: Question,
): AsyncGenerator<ReplyEvent> {
  const { draft, film, midlines, profile, asking } = step;
  const rules = boxRules({
    profile,
    draft,
    subject: question.subject,
    shown: question.shown,
    midline: () => midlines.known(film),
    denied: () => question.denies(draft.raw),
  });
  const judged = profile.boxScale !== null && question.shown;
  const boxes = createBoxStream(rules);
  let held: string | null = null;
  try {
    for await (const event of asking.inConversation(question.text)) {
      if (event.type !== 'text-delta') {
        yield event;
        continue;
      }
      if (draft.raw === '') yield { type: 'status', phase: 'answering' };
      draft.raw += event.text;
      draft.exchange = { question: question.text, answer: draft.raw, gate: false };
      const bracket = judged && midlines.known(film) === undefined ? event.text.indexOf('[') : -1;
      if (held !== null) held += event.text;
      else if (bracket === -1) yield* draft.say(boxes.push(event.text));
      else {
        held = event.text.slice(bracket);
        yield* draft.say(boxes.push(event.text.slice(0, bracket)));
      }
    }
    if (held !== null) {
      // A bracket need not be a box, but two short questions once a film cost little.
      yield* midlines.find(film, asking);
      yield* draft.say(boxes.push(held));
    }
  } catch (error) {
    // What has been said keeps its boxes; what was cut off within one is no fault of the model's.
    addPlaces(draft, film, midlines.known(film) ?? null, { ...boxes.finish(), leftOut: [] });
    throw error;
  }
  yield* finish(step, question, boxes);
}

function* finish(
  { draft, film, midlines, profile }: ReadingStep,
  { shown }: Question,
  boxes: BoxStream,
): Generator<ReplyEvent> {
  const boxed = boxes.finish();
  yield* draft.say(boxed.rest);
  addPlaces(draft, film, midlines.known(film) ?? null, boxed);
  if (profile.boxScale === null && shown && boxed.leftOut.length > 0)
    draft.note(noticeOf('no-profile'));
  if (draft.finishReason === 'length') draft.note(noticeOf('cut-short'));
}
