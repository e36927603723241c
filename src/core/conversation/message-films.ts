import { ERRORS, toWetreadError } from '../../errors.ts';
import type { IntakeResult } from '../intake/intake.ts';
import { noticeOf } from '../read/notices.ts';
import type { Notice } from '../reply.ts';
import type { AnswerParts } from './answer.ts';

type Accepted = Extract<IntakeResult, { outcome: 'accepted' }>;
type Asked = Extract<IntakeResult, { outcome: 'question' }>;

/** A picture of a message, under the number that it has in its thread. */
type NumberedPicture<Result> = { readonly number: number; readonly result: Result };

/** What the pictures of one message come to. */
export type MessageFilms =
  /** `notices`: which one it is of several, and why the others were not read. */
  | {
      readonly outcome: 'one';
      readonly picture: NumberedPicture<Accepted>;
      readonly notices: readonly Notice[];
    }
  /** `notices`: why the others are not among them. */
  | {
      readonly outcome: 'several';
      readonly pictures: readonly NumberedPicture<Accepted>[];
      readonly notices: readonly Notice[];
    }
  /** Intake asks about it; of several, the one that is likeliest to be a film. */
  | { readonly outcome: 'question'; readonly picture: NumberedPicture<Asked> };

/**
 * Takes in every picture of a message, numbered from `firstNumber`. If intake accepts none and asks about none, fails as
 * the first one failed.
 */
export const takeMessageFilms = async (
  { count, firstNumber }: { readonly count: number; readonly firstNumber: number },
  takeFilm: AnswerParts['takeFilm'],
  id: () => string,
): Promise<MessageFilms> => {
  const settled = await Promise.allSettled(Array.from({ length: count }, (_, at) => takeFilm(at)));
  const taken = settled.flatMap((outcome, at) =>
    outcome.status === 'fulfilled' ? [{ number: firstNumber + at, result: outcome.value }] : [],
  );
  const accepted = withoutCopies(taken.filter(isAccepted));
  const [first, second] = accepted;
  if (first !== undefined) {
    const others = settled.flatMap((outcome, at) => reasonOf(outcome, firstNumber + at, id));
    if (second !== undefined) return { outcome: 'several', pictures: accepted, notices: others };
    const which = noticeOf('other-films', {
      number: first.number,
      count: firstNumber + count - 1,
    });
    return { outcome: 'one', picture: first, notices: count > 1 ? [which, ...others] : [] };
  }
  const [asked] = taken.filter(isAsked).toSorted((a, b) => doubtOf(a.result) - doubtOf(b.result));
  if (asked !== undefined) return { outcome: 'question', picture: asked };
  throw settled.find((outcome) => outcome.status === 'rejected')?.reason;
};

const isAccepted = (picture: NumberedPicture<IntakeResult>): picture is NumberedPicture<Accepted> =>
  picture.result.outcome === 'accepted';

const isAsked = (picture: NumberedPicture<IntakeResult>): picture is NumberedPicture<Asked> =>
  picture.result.outcome === 'question';

/** The same film twice in one message is one. */
const withoutCopies = (
  pictures: readonly NumberedPicture<Accepted>[],
): readonly NumberedPicture<Accepted>[] =>
  pictures.filter(
    ({ result }, at) =>
      pictures.findIndex((other) => other.result.film.sha256 === result.film.sha256) === at,
  );

/** What is asked about a film that is one for sure: which way it lies, and whether its masks are enough. */
const SURE_FILMS: ReadonlySet<string> = new Set(['turn', 'masked', 'masked-turn']);

/** A film that lies the wrong way is one; what is refused is hardly one. */
const doubtOf = ({ event }: Asked): number => {
  if (event.refused) return 2;
  return event.options.some(({ code }) => SURE_FILMS.has(code)) ? 0 : 1;
};

const reasonOf = (
  outcome: PromiseSettledResult<IntakeResult>,
  number: number,
  id: () => string,
): Notice[] => {
  if (outcome.status === 'rejected') {
    const { message } = toWetreadError(outcome.reason, id());
    return [noticeOf('film-not-read', { number, reason: message })];
  }
  if (outcome.value.outcome === 'accepted') return [];
  const { question, refused, private: isPrivate } = outcome.value.event;
  // Of a question only what it finds; that it can be answered is told with the film sent alone.
  const finding = isPrivate
    ? 'Whoever sent it has to confirm something about it first.'
    : refused
      ? ERRORS['not-a-chest-film'].say({})
      : question.replace(/\s*[^.!?]*\?$/, '');
  return [
    noticeOf('film-not-read', { number, reason: `${finding} Send it alone to have it read.` }),
  ];
};
