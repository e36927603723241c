import type { Attachment, Message } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import { readSample } from './samples.ts';
import type { MessageBody } from './wire.ts';

type TakeUpload = (upload: string) => Uint8Array | undefined;

/** Where a thread of the page is, in core's words: a visitor has one channel a thread. */
export const placeOf = (thread: string) =>
  ({ platform: 'web', workspace: '', channel: thread, thread }) as const;

/** A visitor has no name and no account: the thread is who asks, where, and about what. */
export const toMessage = (thread: string, body: MessageBody, takeUpload: TakeUpload): Message => ({
  ...placeOf(thread),
  id: body.id,
  author: thread,
  text: body.text,
  ask: body.ask,
  attachments: body.film === undefined ? [] : [toAttachment(body.film, takeUpload)],
  addressed: true,
  choose: body.choose,
});

const toAttachment = (
  film: NonNullable<MessageBody['film']>,
  takeUpload: TakeUpload,
): Attachment => ({
  reference: film,
  fetch: async () => {
    const bytes = 'sample' in film ? await readSample(film.sample) : takeUpload(film.upload);
    if (bytes === undefined) throw new WetreadError('film-unavailable');
    return bytes;
  },
});
