import { WetreadError } from '../../errors.ts';
import type { Message } from '../conversation.ts';
import { commandIn } from './command.ts';
import { FILMS_LIMIT, QUESTION_LIMIT } from './limits.ts';

/** Fails with `question-too-long` or `too-many-films` for what is not taken. */
export const checkMessage = ({ text, ask, attachments }: Message): void => {
  const asked = ask?.kind === 'free' ? ask.text : ask?.kind === 'locate' ? ask.what : '';
  if (Math.max(text.length, asked.length) > QUESTION_LIMIT)
    throw new WetreadError('question-too-long', { limit: QUESTION_LIMIT });
  if (attachments.length > FILMS_LIMIT)
    throw new WetreadError('too-many-films', { limit: FILMS_LIMIT });
};

/** A film that says nothing of what is asked about it. */
export const isFilmAlone = ({ attachments, ask, teaching, text }: Message): boolean =>
  attachments.length > 0 && ask === undefined && teaching === undefined && text.trim() === '';

/** A question in words, and not one that a button or a command asks. */
export const isWordsAlone = ({ attachments, ask, teaching, about, text }: Message): boolean =>
  attachments.length === 0 &&
  ask === undefined &&
  teaching === undefined &&
  about === undefined &&
  text.trim() !== '' &&
  commandIn(text) === undefined;
