import type { Task } from '../reading.ts';

/** A finding or a structure, with the words that people and models use for it. */
export type Term = {
  /** The model's own word; questions that we word ourselves use it. */
  readonly name: string;
  /** Other wordings, singular and lower case; `*` stands for one word or none ("heart is * enlarged"). */
  readonly synonyms: readonly string[];
  /** Of a thing that can be counted: "a nodule", but "cardiomegaly". */
  readonly countable: boolean;
};

/** What a question can be about that a model has never been taught. */
export type Topic =
  | 'tube-positions'
  | 'device-places'
  | 'measurements'
  | 'change'
  | 'laterals'
  | 'children'
  | 'other-languages'
  | 'advice';

/** The tasks with one fixed wording. A wet read asks for a plain report and checks it. */
type WordedTask = Exclude<Task, 'wet-read'>;

/** What a model was taught and was not, and how it is asked. One file each; main chooses. */
export type Profile = {
  readonly name: 'demo' | 'radvlm' | 'none';
  readonly findings: readonly Term[];
  readonly anatomy: readonly Term[];
  readonly untaught: readonly Topic[];
  readonly tasks: Readonly<Record<WordedTask, string>>;
  /** Asks where something is that is taken to be there; `what` without an article. */
  readonly locate: (what: string) => string;
  /** Asks whether something is there; `what` as `mentionOf` words it. */
  readonly isThere: (what: string) => string;
  /** What 1 is in the model's boxes: a share of the film's own width and height. null: unknown, so no box is drawn. */
  readonly boxScale: 1 | null;
  /** Whose right is "right" in the model's words: the patient's, which is on the left of a frontal film. */
  readonly sides: 'patient';
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
};

/** "a nodule", "an endotracheal tube", "cardiomegaly": how a sentence of ours names a term. */
export const mentionOf = (term: Term): string =>
  term.countable ? `${/^[aeiou]/i.test(term.name) ? 'an' : 'a'} ${term.name}` : term.name;

/** A term for words that no profile knows; a plural has no article. */
export const unknownTerm = (words: string): Term => ({
  name: words,
  synonyms: [],
  countable: !/(?<![sui])s$/i.test(words),
});

/** A term of one side: "left pleural effusion", which its own words without the side still name. */
export const termOnSide = (term: Term, side: string): Term => ({
  ...term,
  name: `${side} ${term.name}`,
  synonyms: [term.name, ...term.synonyms],
});
