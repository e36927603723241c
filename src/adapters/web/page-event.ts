import type { Picture, Reply, ReplyEvent } from '../../core/reply.ts';

/** A picture as the page gets it: where it is, instead of its bytes. */
type PagePicture = Omit<Picture, 'png'> & { readonly url: string };

type Of<Type extends ReplyEvent['type']> = Extract<ReplyEvent, { type: Type }>;

/** Core's reply event as it is, with pictures by address. */
export type PageEvent =
  | Exclude<ReplyEvent, { type: 'image' | 'choices' | 'end' }>
  | ({ readonly type: 'image' } & PagePicture)
  | (Omit<Of<'choices'>, 'picture'> & { readonly picture: PagePicture | null })
  | {
      readonly type: 'end';
      readonly reply: Omit<Reply, 'annotated'> & { readonly annotated: PagePicture | null };
    };

export const toPageEvent = (event: ReplyEvent, pictureUrl: string): PageEvent => {
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
      return { ...event, picture: event.picture && atUrl(event.picture) };
    case 'end': {
      const { annotated, ...reply } = event.reply;
      return { type: 'end', reply: { ...reply, annotated: annotated && atUrl(annotated) } };
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
