import type { Notice, Picture, ReplyEvent } from '../reply.ts';
import { QUESTION_MS } from './limits.ts';
import type { TurnLog } from './turn-log.ts';
import type { AskedFilm, StoredEnding, StoredPicture } from './turn-record.ts';

export type EndingEvent = Extract<ReplyEvent, { type: 'end' | 'choices' | 'error' }>;

/** A turn's ending, to be stored: what was said before it is in the log. `at`: now, in milliseconds since the epoch. */
export const toStoredEnding = (
  event: EndingEvent,
  log: TurnLog,
  asked: AskedFilm | undefined,
  at: number,
): StoredEnding => {
  const { notices } = log;
  switch (event.type) {
    case 'end': {
      const { annotated, ...reply } = event.reply;
      const noticesFirst = countNoticesFirst(log.events);
      return { kind: 'reply', reply, noticesFirst, picture: sizesOf(annotated) };
    }
    case 'choices': {
      const { picture, ...rest } = event;
      const question = { ...rest, film: asked, expiresAt: at + QUESTION_MS };
      return { kind: 'question', event: question, notices, picture: sizesOf(picture) };
    }
    case 'error':
      return { kind: 'error', event, text: log.text, notices };
  }
};

export const pictureOf = (event: EndingEvent): Picture | null => {
  switch (event.type) {
    case 'end':
      return event.reply.annotated;
    case 'choices':
      return event.picture;
    case 'error':
      return null;
  }
};

/** A stored ending as the events of a whole reply. `png`: its picture, if that is still kept. */
export const replay = (ending: StoredEnding, png: Uint8Array | undefined): ReplyEvent[] => {
  switch (ending.kind) {
    case 'reply': {
      const { reply, noticesFirst } = ending;
      const annotated = toPicture(ending.picture, png);
      return [
        ...noticesAsEvents(reply.notices.slice(0, noticesFirst)),
        ...wordsAsEvents(reply.text),
        ...(annotated === null ? [] : [{ type: 'image' as const, ...annotated }]),
        ...noticesAsEvents(reply.notices.slice(noticesFirst)),
        { type: 'end', reply: { ...reply, annotated } },
      ];
    }
    case 'question': {
      const { film: _film, expiresAt: _expiresAt, ...event } = ending.event;
      const picture = toPicture(ending.picture, png);
      return [...noticesAsEvents(ending.notices), { ...event, picture }];
    }
    case 'error':
      return [...noticesAsEvents(ending.notices), ...wordsAsEvents(ending.text), ending.event];
  }
};

const countNoticesFirst = (events: readonly ReplyEvent[]): number => {
  const words = events.findIndex(({ type }) => type === 'text-delta' || type === 'image');
  const before = words === -1 ? [] : events.slice(0, words);
  return before.filter(({ type }) => type === 'notice').length;
};

const noticesAsEvents = (notices: readonly Notice[]): ReplyEvent[] =>
  notices.map((notice) => ({ type: 'notice', ...notice }));

const wordsAsEvents = (text: string): ReplyEvent[] =>
  text === '' ? [] : [{ type: 'text-delta', text }];

const sizesOf = (picture: Picture | null): StoredPicture | undefined =>
  picture === null
    ? undefined
    : { width: picture.width, height: picture.height, altText: picture.altText };

const toPicture = (
  stored: StoredPicture | undefined,
  png: Uint8Array | undefined,
): Picture | null => (stored === undefined || png === undefined ? null : { ...stored, png });
