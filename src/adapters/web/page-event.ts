import type { Picture, Reply, ReplyEvent } from '../../core/reply.ts';

/** A picture as the page gets it: where it is, instead of its bytes. */
export type PagePicture = Omit<Picture, 'png'> & { readonly url: string };

/** The film that a turn is about: where it is, and a name by which the page knows one that it has already. */
export type PageFilm = { readonly url: string; readonly name: string };

type Of<Type extends ReplyEvent['type']> = Extract<ReplyEvent, { type: Type }>;

/** Core's reply event as it is, with pictures by address. */
export type PageEvent =
  | Exclude<ReplyEvent, { type: 'image' | 'choices' | 'end' }>
  | ({ readonly type: 'image' } & PagePicture)
  | (Omit<Of<'choices'>, 'picture'> & {
      readonly picture: PagePicture | null;
      readonly film: PageFilm | null;
    })
  | {
      readonly type: 'end';
      readonly reply: Omit<Reply, 'annotated'> & { readonly annotated: PagePicture | null };
      readonly film: PageFilm | null;
    };

/** `film` is asked for with the last event alone: until then it is not sure which film a turn is about. */
export const toPageEvent = async (
  event: ReplyEvent,
  pictureUrl: string,
  film: () => Promise<PageFilm | null>,
): Promise<PageEvent> => {
  const atUrl = ({ width, height, altText }: Picture): PagePicture => ({
    url: pictureUrl,
    width,
    height,
    altText,
  });
  switch (event.type) {
    case 'image':
      return { type: 'image', ...atUrl(event) };
    case 'choices':
      return { ...event, picture: event.picture && atUrl(event.picture), film: await film() };
    case 'end': {
      const { annotated, ...reply } = event.reply;
      return {
        type: 'end',
        reply: { ...reply, annotated: annotated && atUrl(annotated) },
        film: await film(),
      };
    }
    case 'status':
    case 'text-delta':
    case 'notice':
    case 'error':
      return event;
  }
};

/** The picture that a turn's events carry: the annotated film, or what a question is about; never both. */
export const pictureOf = (event: ReplyEvent): Picture | null => {
  switch (event.type) {
    case 'image':
      return event;
    case 'choices':
      return event.picture;
    case 'end':
      return event.reply.annotated;
    case 'status':
    case 'text-delta':
    case 'notice':
    case 'error':
      return null;
  }
};
