import { parseBoxes, PLACE_NOT_SHOWN } from '../grounding/box-stream.ts';
import type { Place } from '../grounding/place.ts';
import type { NumberedBox } from '../film.ts';
import { mentionOf, type Term } from '../profile/profile.ts';
import type { ReplyEvent } from '../reply.ts';
import { claimsOf } from './assertions.ts';
import { findingPhrase } from './finding-phrase.ts';
import { noticeOf } from './notices.ts';
import { presenceOf, type Presence } from './presence.ts';
import { askPresence } from './presence-gate.ts';
import type { ReadingStep } from './reading-step.ts';
import { addPlaces, boxRules } from './shown-places.ts';

/**
 * Findings of one report that are asked about. Good reports name up to half a dozen; a model that repeats itself
 * would otherwise ask for hours.
 */
export const MOST_CHECKS = 16;

const NOT_CONFIRMED = 'not confirmed when asked directly';

/** A finding of a sentence, as its place is asked for. */
type Claim = { readonly term: Term; readonly phrase: string };

/** Asks about the findings of a report, one sentence after the other, each question once. */
export class FindingChecks {
  readonly #step: ReadingStep;
  /** By finding: one presence question a report. */
  readonly #presences = new Map<Term, Presence>();
  /** By phrase: the mark that its place got. */
  readonly #marks = new Map<string, string>();
  /** The findings that are asked about. */
  readonly #terms: ReadonlySet<Term>;
  /** What their places are asked with, each with its finding. */
  readonly #phrases: ReadonlyMap<string, Term>;

  constructor(step: ReadingStep, sentences: readonly string[]) {
    this.#step = step;
    const claims = sentences.flatMap((sentence) => this.#claimsIn(sentence));
    this.#terms = new Set([...new Set(claims.map(({ term }) => term))].slice(0, MOST_CHECKS));
    this.#phrases = new Map(
      claims
        .filter(({ term }) => this.#terms.has(term))
        .map(({ phrase, term }) => [phrase, term] as const),
    );
    if (claims.some(({ term }) => !this.#terms.has(term))) {
      step.draft.note(noticeOf('not-checked', { limit: MOST_CHECKS }));
    }
  }

  /** The sentence with the numbers of its boxes, or what was not confirmed. */
  async *mark(sentence: string): AsyncGenerator<ReplyEvent, string> {
    const { draft } = this.#step;
    const claims = this.#claimsIn(sentence);
    const checked = claims.filter(({ term }) => this.#terms.has(term));
    const marks: string[] = [];
    const denied: Term[] = [];
    const from = draft.boxes.length;
    for (const claim of checked) {
      if ((yield* this.#presence(claim)) === 'yes') marks.push(yield* this.#locate(claim));
      else denied.push(claim.term);
    }
    if (denied.length > 0) {
      draft.note(noticeOf('not-confirmed'));
      marks.push(`(${wordsOfDenied(denied, claims)})`);
    }
    const marked = insert(sentence, [...new Set(marks)].filter((mark) => mark !== '').join(' '));
    const sentenceOfBoxes = marked.trim();
    draft.boxes.splice(
      from,
      Infinity,
      ...draft.boxes.slice(from).map((box) => ({ ...box, sentence: sentenceOfBoxes })),
    );
    return marked;
  }

  #claimsIn(sentence: string): Claim[] {
    const { findings } = claimsOf(sentence, this.#step.lexicon);
    const there = findings.filter(({ claim }) => claim === 'asserted' || claim === 'hedged');
    const claims = there.map(({ mention }) => ({
      term: mention.term,
      phrase: findingPhrase(sentence, mention),
    }));
    return claims.filter(
      ({ phrase }, at) => claims.findIndex((other) => other.phrase === phrase) === at,
    );
  }

  async *#presence({ term }: Claim): AsyncGenerator<ReplyEvent, Presence> {
    const known = this.#presences.get(term);
    if (known !== undefined) return known;
    yield this.#left();
    const { presence } = yield* this.#quietly(askPresence(this.#step, term));
    this.#presences.set(term, presence);
    return presence;
  }

  async *#locate({ term, phrase }: Claim): AsyncGenerator<ReplyEvent, string> {
    const known = this.#marks.get(phrase);
    if (known !== undefined) return known;
    const { draft, film, midlines, profile, asking } = this.#step;
    if (profile.boxScale === null) return '';
    yield this.#left();
    const midline = yield* this.#quietly(midlines.find(film, asking));
    const answer = yield* this.#quietly(asking.ofTheFilmAlone(profile.locate(phrase)));
    const rules = boxRules({
      profile,
      draft,
      subject: phrase,
      shown: true,
      midline: () => midline,
      denied: () => presenceOf(answer, term) === 'no',
    });
    const { places, leftOut } = parseBoxes(answer, rules);
    const { fresh, numbers } = numbered(places, draft.boxes, phrase);
    addPlaces(draft, film, midline, { places: fresh, leftOut });
    if (places.length === 0 && leftOut.every(({ fault }) => fault === 'withheld')) {
      draft.note(noticeOf('place-not-given', { label: phrase }));
    }
    const mark =
      numbers.length === 0 ? PLACE_NOT_SHOWN : numbers.map((number) => `(${number})`).join(' ');
    this.#marks.set(phrase, mark);
    return mark;
  }

  /** Presence and place questions still to come, the one about to be asked included. */
  #left(): ReplyEvent {
    const open = [...this.#terms].filter((term) => !this.#presences.has(term)).length;
    const places = [...this.#phrases].filter(
      ([phrase, term]) =>
        !this.#marks.has(phrase) && (this.#presences.get(term) ?? 'yes') === 'yes',
    ).length;
    return { type: 'status', phase: 'checking', left: open + places };
  }

  /** The checks have a status of their own; of the single questions only a place in the queue is worth telling. */
  async *#quietly<Result>(
    question: AsyncGenerator<ReplyEvent, Result>,
  ): AsyncGenerator<ReplyEvent, Result> {
    let next = await question.next();
    while (next.done !== true) {
      if (next.value.type === 'status' && next.value.phase === 'queued') yield next.value;
      next = await question.next();
    }
    return next.value;
  }
}

const wordsOfDenied = (denied: readonly Term[], claims: readonly Claim[]): string =>
  claims.length === denied.length
    ? NOT_CONFIRMED
    : `${denied.map(mentionOf).join(', ')} ${NOT_CONFIRMED}`;

/** A box that an earlier sentence has already keeps its number. */
const numbered = (
  places: readonly Place[],
  drawn: readonly NumberedBox[],
  phrase: string,
): { fresh: readonly Place[]; numbers: readonly number[] } => {
  const same = (place: Place): NumberedBox | undefined =>
    drawn.find(({ box }) => box.every((edge, at) => edge === place.box[at]));
  let next = places[0]?.number ?? 1;
  const fresh = places
    .filter((place) => same(place) === undefined)
    .map((place) => ({ ...place, label: phrase, number: next++ }));
  const numbers = places.map(
    (place) =>
      same(place)?.number ?? fresh.find(({ box }) => box === place.box)?.number ?? place.number,
  );
  return { fresh, numbers };
};

/** Before the sentence's full stop, so that it still ends there. */
const insert = (sentence: string, mark: string): string =>
  mark === '' ? sentence : sentence.replace(/([.!?]*)(\s*)$/, ` ${mark}$1$2`);
