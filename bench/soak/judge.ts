import type { RecordedPart } from '../../test/support/platform-record.ts';
import { FAILURE_MARK } from '../../test/support/reply-draft.ts';
import { answersIn, type SaidAnswer } from './answers.ts';

export type Judgement =
  | { readonly verdict: 'answered'; readonly answer: SaidAnswer }
  /** The reply says why there is no answer. */
  | { readonly verdict: 'failed' }
  | { readonly verdict: 'asked' }
  | { readonly verdict: 'lost' | 'doubled'; readonly why: string };

/**
 * The reply to a message that is to be answered: one whole answer with its picture, or one failure. `words`: what it may
 * be about, of the message itself and of one that joined it.
 */
export const judgeAnswer = (
  words: readonly string[],
  parts: readonly RecordedPart[],
): Judgement => {
  const twice = findTwin(parts);
  if (twice !== undefined) return { verdict: 'doubled', why: `${twice.kind} posted twice` };
  const live = parts.filter(({ deletedAt }) => deletedAt === undefined);
  const texts = live.filter(({ kind }) => kind === 'text').map(({ text }) => text);
  const failures = texts.filter((text) => text.startsWith(FAILURE_MARK));
  const answers = answersIn(texts.join(''));
  const pictures = live.filter(({ kind }) => kind === 'picture').length;
  if (failures.length + answers.length > 1) return { verdict: 'doubled', why: 'two replies' };
  if (failures.length === 1)
    return live.length === 1
      ? { verdict: 'failed' }
      : { verdict: 'doubled', why: 'a failure beside something else' };
  const [answer] = answers;
  if (answer === undefined)
    return { verdict: 'lost', why: live.length === 0 ? 'no reply' : 'no whole answer' };
  const asked = words.find((text) => isAbout(text, answer.subject)) ?? '';
  const expected = asked.includes('mark it') ? 1 : 0;
  if (pictures > expected) return { verdict: 'doubled', why: 'a picture too many' };
  if (pictures < expected) return { verdict: 'lost', why: 'no picture' };
  return { verdict: 'answered', answer };
};

/** Whether a text has a token in it. */
export const isAbout = (text: string, token: string): boolean =>
  new RegExp(String.raw`\b${token}\b`).test(text);

/** The reply to a film that must be asked about first: one question, or one failure. */
export const judgeQuestion = (parts: readonly RecordedPart[]): Judgement => {
  const live = parts.filter(({ deletedAt }) => deletedAt === undefined);
  if (parts.length > 1) return { verdict: 'doubled', why: 'asked twice' };
  const [part] = live;
  if (part === undefined) return { verdict: 'lost', why: 'no question' };
  if (part.kind === 'question') return { verdict: 'asked' };
  return part.text.startsWith(FAILURE_MARK)
    ? { verdict: 'failed' }
    : { verdict: 'lost', why: 'no question' };
};

/**
 * The same part posted twice, also when one of the two was taken back (somebody saw both) or only one was written to its
 * end: then it begins as the other does.
 */
const findTwin = (parts: readonly RecordedPart[]): RecordedPart | undefined =>
  parts.find(({ kind, text }, at) =>
    parts
      .slice(0, at)
      .some(
        (other) =>
          other.kind === kind && (other.text.startsWith(text) || text.startsWith(other.text)),
      ),
  );
