import type { APIAttachment, APIMessage } from 'discord.js';
import type { Attachment } from '../../core/conversation.ts';
import type { FilmLinks } from './film-links.ts';

/** What is certainly no film is not fetched beside one: notes, recordings, papers. A zip may be a study. */
const NO_FILM = /^(?:text|audio|video)\/|^application\/(?:pdf|json|msword|vnd\.)/;

export type FilmMessage = Pick<APIMessage, 'id' | 'channel_id' | 'attachments'> &
  Partial<Pick<APIMessage, 'message_snapshots'>>;

/** Its own attachments and, of a forwarded message, those of the snapshot that it holds. */
export const attachmentsOf = ({
  attachments = [],
  message_snapshots = [],
}: Pick<Partial<FilmMessage>, 'attachments' | 'message_snapshots'>): readonly APIAttachment[] => [
  ...attachments,
  ...message_snapshots.flatMap(({ message }) => message.attachments ?? []),
];

/** The films of a message, by their ids alone: an address would hold the file's name. */
export const filmsOf = (message: FilmMessage, links: FilmLinks): readonly Attachment[] => {
  const all = attachmentsOf(message);
  const films = all.filter(({ content_type }) => !NO_FILM.test(content_type ?? ''));
  // Of papers alone, the reply says that they are no films.
  return (films.length > 0 ? films : all).map((film) => {
    links.remember(film);
    return {
      reference: { channel: message.channel_id, message: message.id, attachment: film.id },
      fetch: () => Promise.reject(new Error('a film of Discord is fetched by its reference')),
    };
  });
};

export const hasFilms = (message: Partial<FilmMessage>): boolean =>
  attachmentsOf(message).length > 0;
