import { sideInWords } from '../grounding/side-in-words.ts';
import { mentionOf, type Term } from '../profile/profile.ts';
import type { ReplyEvent } from '../reply.ts';
import { presenceOf, type Presence } from './presence.ts';
import type { ReadingStep } from './reading-step.ts';

/**
 * The presence gate. Models of this kind were never taught to answer "it is not there" to "where is X?": they give a
 * box for anything. So the bot first asks itself "Is there X?", of the film alone.
 */
export async function* askPresence(
  { asking, profile }: Pick<ReadingStep, 'asking' | 'profile'>,
  term: Term,
): AsyncGenerator<ReplyEvent, { readonly presence: Presence; readonly answer: string }> {
  const answer = yield* asking.ofTheFilmAlone(profile.isThere(mentionOf(term)));
  return { presence: sameSide(term.name, answer) ? presenceOf(answer, term) : 'unsure', answer };
}

/** "Yes, there is a right effusion" is no yes to "Is there a left effusion?". */
const sameSide = (asked: string, answer: string): boolean => {
  const [side, said] = [sideInWords(asked), sideInWords(answer)];
  return side === null || said === null || side === 'both' || said === 'both' || side === said;
};

/** Says whether a place may be asked for. If not, the reply is complete: no box of any kind. */
export async function* passGate(
  step: ReadingStep,
  term: Term,
  asked: string,
): AsyncGenerator<ReplyEvent, boolean> {
  const { presence, answer } = yield* askPresence(step, term);
  if (presence === 'yes') return true;
  step.draft.raw = answer;
  yield* sayNotReported(step, term, asked, presence);
  return false;
}

const NOT_SURE = 'Asked directly, the model is not sure';

/** What an answer of the gate said. */
export const gateSaid = (answer: string): Exclude<Presence, 'yes'> =>
  answer.startsWith(NOT_SURE) ? 'unsure' : 'no';

/**
 * The gate's own answer. It joins the conversation for what "it" is, not what the model sees of it; so `asked` names the
 * thing, also where the user's words did not.
 */
export function* sayNotReported(
  { draft }: Pick<ReadingStep, 'draft'>,
  term: Term,
  asked: string,
  presence: Exclude<Presence, 'yes'>,
): Generator<ReplyEvent> {
  const what = mentionOf(term);
  const text =
    presence === 'no'
      ? `Asked directly, the model does not report ${what}; that does not exclude it.`
      : `${NOT_SURE} whether there is ${what}, so no place is shown.`;
  draft.exchange = { question: asked, answer: text, gate: true };
  yield* draft.say(text);
}
