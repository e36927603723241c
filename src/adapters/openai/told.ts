import { QUESTION_LIMIT } from '../../core/conversation/limits.ts';
import type { Exchange } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';
import type { ChatMessage } from './wire.ts';

/** Characters of all messages together: far more than any model's context holds, and little to count tokens of. */
const TEXT_LIMIT = 400_000;

type Turn = { readonly role: 'user' | 'assistant'; readonly text: string };

/** A client's messages as they are understood. */
export type Told = {
  /** System and developer messages, joined; '' if there are none. */
  readonly system: string;
  /** The address of the film: the last image. undefined: there is none. */
  readonly image: string | undefined;
  /** From the film's message on; user and assistant take turns, and the user has the last word. */
  readonly turns: readonly Turn[];
  /** Something that came before the film was left out. */
  readonly cut: boolean;
};

/**
 * A model of this kind reads one film a conversation, in its first message. So the last image is the film, and what was
 * said before it, about another film or none, is left out. Fails with `request-invalid` or `question-too-long`.
 */
export const toldIn = (messages: readonly ChatMessage[]): Told => {
  checkLength(messages);
  if (messages.at(-1)?.role !== 'user')
    throw new WetreadError('request-invalid', {
      problem: 'the last message must be of the role user',
      param: 'messages',
    });
  const system = messages
    .filter(({ role }) => role === 'system' || role === 'developer')
    .map(textOf)
    .filter((text) => text !== '')
    .join('\n\n');
  const talk = messages.filter(({ role }) => role === 'user' || role === 'assistant');
  const last = talk.findLastIndex((message) => imagesOf(message).length > 0);
  const film = last === -1 ? [] : imagesOf(talk[last]);
  const turns = inTurns(talk.slice(Math.max(last, 0)));
  if ((turns.at(-1)?.text.length ?? 0) > QUESTION_LIMIT)
    throw new WetreadError('question-too-long', { limit: QUESTION_LIMIT });
  return { system, image: film.at(-1), turns, cut: last > 0 || film.length > 1 };
};

/** Question and answer, question and answer, and the question. */
export const exchangesIn = ({
  turns,
}: Told): { readonly history: readonly Exchange[]; readonly question: string } => {
  const history: Exchange[] = [];
  for (let at = 0; at + 1 < turns.length; at += 2) {
    const [question = '', answer = ''] = [turns[at]?.text, turns[at + 1]?.text];
    history.push({ question, answer, gate: false });
  }
  return { history, question: turns.at(-1)?.text ?? '' };
};

const checkLength = (messages: readonly ChatMessage[]): void => {
  const length = messages.reduce((sum, message) => sum + textOf(message).length, 0);
  if (length > TEXT_LIMIT)
    throw new WetreadError('request-invalid', {
      problem: `the messages hold more than ${TEXT_LIMIT} characters`,
      param: 'messages',
    });
};

/**
 * What one side says in several messages is one turn. An answer without words (of a client that stopped before the
 * first) is none.
 */
const inTurns = (talk: readonly ChatMessage[]): readonly Turn[] => {
  const turns: Turn[] = [];
  for (const [at, message] of talk.entries()) {
    const text = textOf(message);
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    // The film's own message may have no words, and neither may the last.
    if (text === '' && at > 0 && at < talk.length - 1) continue;
    const before = turns.at(-1);
    if (before?.role !== role) turns.push({ role, text });
    else turns[turns.length - 1] = { role, text: joined(before.text, text) };
  }
  // Without a film a client's own greeting may come first; a model is never the first to speak.
  return turns[0]?.role === 'assistant' ? turns.slice(1) : turns;
};

const joined = (before: string, text: string): string =>
  [before, text].filter((part) => part !== '').join('\n');

const textOf = ({ content }: ChatMessage): string => {
  if (content === undefined || typeof content === 'string') return content ?? '';
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
};

const imagesOf = (message: ChatMessage | undefined): readonly string[] => {
  const content = message?.content;
  if (content === undefined || typeof content === 'string') return [];
  return content.flatMap((part) => (part.type === 'image_url' ? [part.image_url] : []));
};
