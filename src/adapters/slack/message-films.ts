import type { Attachment } from '../../core/conversation.ts';
import type { SlackFile, SlackMessage } from './wire.ts';

/** What is certainly no film is not fetched beside one: notes, recordings, papers. A zip may be a study. */
const NO_FILM = /^(?:text|audio|video)\/|^application\/(?:pdf|json|msword|vnd\.)/;

/** The films of a message, by their ids alone: an address would hold the file's name. */
export const filmsOf = ({ files }: SlackMessage): readonly Attachment[] => {
  const all = files ?? [];
  const films = all.filter(({ mimetype }) => !NO_FILM.test(mimetype ?? ''));
  // Of papers alone, the reply says that they are no films.
  return (films.length > 0 ? films : all).map(toAttachment);
};

const toAttachment = ({ id }: SlackFile): Attachment => ({
  reference: { file: id },
  fetch: () => Promise.reject(new Error('a film of Slack is fetched by its reference')),
});

export const hasFiles = ({ files }: SlackMessage): boolean => (files ?? []).length > 0;
