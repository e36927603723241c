import type { Attachment, Fetcher, Message, MessageReference } from '../../core/conversation.ts';
import type { Ask } from '../../core/reading.ts';
import { WetreadError } from '../../errors.ts';
import { readSample } from './samples.ts';
import type { MessageBody } from './wire.ts';

type TakeUpload = (upload: string) => Uint8Array | undefined;

/** What the page is called in messages, and where its turns wait. */
export const PLATFORM = 'web';

/** Where a thread of the page is, in core's words: a visitor has one channel a thread. */
export const placeOf = (thread: string) =>
  ({ platform: PLATFORM, workspace: '', channel: thread, thread }) as const;

export const messageReferenceOf = (thread: string, id: string): MessageReference => ({
  platform: PLATFORM,
  workspace: '',
  channel: thread,
  id,
});

/** A visitor has no name and no account: the thread is who asks, where, and about what. */
export const visitorOf = (thread: string) => ({ author: thread, standing: 'member' }) as const;

export const toMessage = (thread: string, body: MessageBody, takeUpload: TakeUpload): Message => ({
  ...placeOf(thread),
  ...visitorOf(thread),
  id: body.id,
  direct: true,
  text: body.text,
  ask: askOf(body),
  about: undefined,
  attachments: body.film === undefined ? [] : [toAttachment(body.film, takeUpload)],
  addressed: true,
  choose: body.choose,
});

/** The page sends a film and its question as one message, so a film without one waits for nothing more. */
const askOf = ({ ask, text, film }: MessageBody): Ask | undefined =>
  ask ??
  (film !== undefined && text.trim() === '' ? { kind: 'task', task: 'wet-read' } : undefined);

const toAttachment = (film: NonNullable<MessageBody['film']>, takeUpload: TakeUpload): Attachment =>
  'sample' in film
    ? { reference: { sample: film.sample }, fetch: () => fetchSample(film.sample) }
    : // An upload lies in this process's memory alone, and is handed out once.
      { reference: undefined, fetch: async () => takeUpload(film.upload) ?? unavailable() };

/** Samples can be fetched again at any time. */
export const fetchFromPage: Fetcher = ({ sample = '' }) => fetchSample(sample);

const fetchSample = async (id: string): Promise<Uint8Array> =>
  (await readSample(id)) ?? unavailable();

const unavailable = (): never => {
  throw new WetreadError('film-unavailable');
};
