import type { ModelMessage } from '../../src/model/model.ts';

/**
 * What the soak's model says, worked out from what it was asked: which question, about which film, after which question.
 * A reply to another question, of another film or from a history with a gap or a double is known by its words.
 */
export const answerTo = (messages: readonly ModelMessage[]): string => {
  const questions = messages.filter(({ role }) => role === 'user');
  const film = filmIn(questions);
  const asked = questions.at(-1)?.text ?? '';
  const token = subjectOf(asked, film);
  const before = questions.at(-2);
  const last = before === undefined ? NOTHING : subjectOf(before.text, film);
  const words = asked.includes('at length') ? FILLER_WORDS : 1;
  const filler = Array.from({ length: words }, (_, at) => ` and ${at + 1}`).join('');
  const mark = asked.includes('mark it')
    ? ` The place of ${token} is [0.10, 0.20, 0.30, 0.40].`
    : '';
  return `On ${film} ${token} comes after ${last}${filler}, the end of ${token}.${mark}`;
};

/** Long enough for three messages of the platform. No two of them begin alike. */
const FILLER_WORDS = 100;
export const NOTHING = 'nothing';

const filmIn = (questions: readonly ModelMessage[]): string => {
  const [image] = questions.flatMap(({ images }) => images);
  return image === undefined ? NOTHING : new TextDecoder().decode(image.png);
};

/** The question's token; a film without words is its own subject. */
const subjectOf = (text: string, film: string): string => /\bq\d+-\d+\b/.exec(text)?.[0] ?? film;

/** An answer as it was read from the platform. */
export type SaidAnswer = {
  readonly film: string;
  readonly subject: string;
  readonly after: string;
};

const ANSWER = /On (\S+) (\S+) comes after (\S+?)(?: and \d+)+, the end of (\S+?)\./g;

/** Every whole answer in a text. */
export const answersIn = (text: string): SaidAnswer[] =>
  [...text.matchAll(ANSWER)]
    .filter(([, , subject, , end]) => subject === end)
    .map(([, film = '', subject = '', after = '']) => ({ film, subject, after }));
