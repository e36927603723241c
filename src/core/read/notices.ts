import type { Topic } from '../profile/profile.ts';
import type { Task } from '../reading.ts';
import type { Notice } from '../reply.ts';
import { TOPIC_WORDS } from './untaught.ts';

/** Everything that a reply says beside the answer: a stable code, and one sentence from the facts. */
const NOTICES = {
  // These come before the answer.
  'demo-model': () =>
    'This is a demonstration model that has never seen a labelled finding on a real film; do not believe its findings.',
  'outside-training': ({ topic }: { topic: Topic }) =>
    `The model was not taught ${TOPIC_WORDS[topic]}; do not rely on its answer. No place is shown.`,

  // These come after it.
  preliminary: () => 'This is a preliminary reading by software, not for clinical use.',
  'sides-assume-orientation': () =>
    "Right and left are the patient's, and assume that the film is shown the usual way round.",
  legend: () => 'A box is where the model looks, not proof.',
  'not-confirmed': () =>
    'What is marked as not confirmed stands in the report, but the model did not say yes when asked directly, so no box is drawn for it.',
  'not-checked': ({ limit }: { limit: number }) =>
    `Only the first ${limit} findings of the report were asked about; the others have no box.`,
  'side-withheld': ({ label }: { label: string }) =>
    `No box is shown for "${label}", because the side in words and the side of the box disagree.`,
  'not-reported': ({ what }: { what: string }) =>
    `Asked directly, the model does not report ${what}; that does not exclude it. No box is shown for it.`,
  'presence-unsure': ({ what }: { what: string }) =>
    `Asked directly, the model is not sure whether there is ${what}, so no box is shown for it.`,
  'place-unclear': () =>
    'It is not clear what to locate, so no box is shown. Name it, for example: where is the right lung?',
  'system-message': () =>
    'The model was given the system message; it was not evaluated with one, so answers may be worse.',
  'before-film-cut': () =>
    'The model reads one film a conversation: the last image. What came before it was left out.',
  'task-by-id': ({ task }: { task: Task }) =>
    `The model's id names the task "${task}", so the words of the last message were not asked.`,
  'model-alone': () =>
    'This is the model alone: no gate has looked at the film, and nothing of the answer was checked.',
  'sides-unknown': () =>
    "The model did not find both lungs, so the film's midline is not known and the sides of the boxes were not checked.",
  'box-invalid': () =>
    'A place that the model gave is not shown, because its coordinates are not a box on this film.',
  'box-limit': () => 'The model gave more places than can be shown; only the first ones are.',
  'place-not-given': ({ label }: { label: string }) => `The model gave no place for "${label}".`,
  'no-profile': () => 'Nothing is known about how this model writes places, so no box is drawn.',
  'not-drawn': () => 'The boxes could not be drawn; their places are listed in the reply.',
  'cut-short': () => 'The answer was cut short at its longest length.',
  'history-cut': () =>
    'This conversation has grown too long for the model, so it no longer sees the earliest questions.',
  'new-film': ({ number, earlier }: { number: number; earlier: number }) =>
    `This is film ${number}, so the conversation starts anew; "film ${earlier}" goes back to the earlier one.`,
  'film-again': ({ number }: { number: number }) => `This is about film ${number} again.`,
  'film-waits': ({ number }: { number: number }) =>
    `This is about film ${number}; the film that was sent last waits for the answer to the question about it.`,
  'other-films': ({ number, count }: { number: number; count: number }) =>
    `Film ${number} of ${count}, read as a frontal film.`,
  'case-unmeasured': () =>
    "The model did not find both lungs, so sides and zones of this case are judged by the picture's middle and thirds.",
  'film-not-read': ({ number, reason }: { number: number; reason: string }) =>
    `Film ${number} was not read: ${reason}`,
} as const;

export type NoticeCode = keyof typeof NOTICES;
type FactsOf<Code extends NoticeCode> = Parameters<(typeof NOTICES)[Code]>[0];

/** Said once a thread, with its first reply that has reason to. */
export const ONCE_A_THREAD: ReadonlySet<string> = new Set<NoticeCode>([
  'preliminary',
  'sides-assume-orientation',
  'legend',
  'history-cut',
]);

export const noticeOf = <Code extends NoticeCode>(
  code: Code,
  ...facts: undefined extends FactsOf<Code> ? [] : [FactsOf<Code>]
): Notice => ({ code, text: (NOTICES[code] as (facts: unknown) => string)(facts[0]) });
