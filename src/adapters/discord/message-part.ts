import { Routes, type APIMessage } from 'discord.js';
import { isDeepStrictEqual } from 'node:util';
import type { Picture } from '../../core/reply.ts';
import { nonceOf } from './delivery-key.ts';
import type { DiscordApi } from './discord-api.ts';
import { CODES, DiscordFailure, hasCode } from './discord-failure.ts';
import { bodyOf, type Upload } from './reply-body.ts';
import type { PartContent } from './reply-content.ts';
import type { ReplyIdentity } from './reply-address.ts';

/** A message is edited at most this often while it grows: sends and edits share five in five seconds. */
const EDIT_MS = 2_500;
/** What must reach Discord is tried for so long. */
const SETTLE_MS = 30 * 60_000;

export type MessagePartOptions = ReplyIdentity & {
  readonly api: DiscordApi;
  readonly part: number;
  /** The channel or thread that it is posted in. */
  readonly destination: string;
  readonly hidden: boolean;
  /** The file that a picture becomes. */
  readonly upload: (picture: Picture) => Promise<Upload>;
  /** Milliseconds. */
  readonly now: () => number;
};

/** One message of a reply. However it was shown meanwhile, it ends as the whole content: an edit replaces everything. */
export class MessagePart {
  readonly #options: MessagePartOptions;
  #id: PostedId | undefined;
  /** What Discord shows, as far as is known. */
  #shown: PartContent | undefined;
  #drawnAt = -Infinity;
  /** A message that cannot be edited any more is said anew under another nonce. */
  #again = 0;

  constructor(options: MessagePartOptions, id: PostedId | undefined) {
    this.#options = options;
    this.#id = id;
  }

  /** Shows it as far as it has come, if there is time and room for that; may do nothing. */
  async draft(content: PartContent): Promise<void> {
    const { api, now, destination } = this.#options;
    const isDue = now() >= this.#drawnAt + EDIT_MS && api.hasSpare(destination);
    if (content.text.trim() === '' || !isDue || isDeepStrictEqual(this.#shown, content)) return;
    this.#drawnAt = now();
    try {
      await (this.#id === undefined ? this.#post(content, 0) : this.#edit(content, 0));
    } catch (error) {
      if (!(error instanceof DiscordFailure)) throw error;
    }
    // A call may take longer than the pause: the next one comes a whole pause after it.
    this.#drawnAt = now();
  }

  /** Brings Discord to show exactly this. Fails with a `DiscordFailure` when it cannot. */
  async settle(content: PartContent): Promise<void> {
    if (this.#id === undefined) await this.#post(content, SETTLE_MS);
    if (isDeepStrictEqual(this.#shown, content)) return;
    try {
      await this.#edit(content, SETTLE_MS);
    } catch (error) {
      // Somebody took it away: then it is not wanted.
      if (hasCode(error, CODES.unknownMessage)) return;
      if (!hasCode(error, CODES.oldEdits)) throw error;
      // Old messages take few edits: then the whole of it is said anew.
      const before = this.#id;
      this.#id = undefined;
      this.#again += 1;
      await this.#post(content, SETTLE_MS);
      if (before !== undefined) await deleteMessage(this.#options, before);
    }
  }

  async remove(): Promise<void> {
    if (this.#id !== undefined) await deleteMessage(this.#options, this.#id);
  }

  /** With its nonce: posted again within minutes it is the same message, and shows what it showed. */
  async #post(content: PartContent, patienceMs: number): Promise<void> {
    const { api, destination, turn, part, question, signal, begun } = this.#options;
    const { body, files } = await this.#build(content);
    const reference = { message_id: question, fail_if_not_exists: false };
    const posted = await api.call<APIMessage>('POST', Routes.channelMessages(destination), {
      body: {
        ...body,
        nonce: nonceOf(turn, part + 1_000 * this.#again),
        enforce_nonce: true,
        // Several people may ask in a thread: each answer hangs on its question.
        ...(part === 0 ? { message_reference: reference } : {}),
      },
      files,
      repeatable: true,
      patienceMs,
      signal,
    });
    this.#id = { channel: destination, message: posted.id };
    await begun({ part, id: writePostedId(this.#id) });
    this.#shown = isAsSent(posted, content, body) ? content : undefined;
  }

  async #edit(content: PartContent, patienceMs: number): Promise<void> {
    const { api, signal } = this.#options;
    if (this.#id === undefined) return;
    const { channel, message } = this.#id;
    const { body, files } = await this.#build(content);
    const route = Routes.channelMessage(channel, message);
    const options = { body, files, patienceMs, signal };
    try {
      await api.call('PATCH', route, options);
    } catch (error) {
      if (!hasCode(error, CODES.archived)) throw error;
      // A thread that was put away takes no edits; it is opened again as a message would open it.
      await api.call('PATCH', Routes.channel(channel), { body: { archived: false }, signal });
      await api.call('PATCH', route, options);
    }
    this.#shown = content;
  }

  async #build(content: PartContent) {
    const { picture } = content;
    const upload = picture === undefined ? undefined : await this.#options.upload(picture);
    return bodyOf(content, upload, this.#options);
  }
}

/** The message that an earlier try with the same nonce has posted may show less. */
const isAsSent = (
  { content, attachments, components = [] }: APIMessage,
  sent: PartContent,
  body: Readonly<Record<string, unknown>>,
): boolean =>
  content === body['content'] &&
  attachments.length === (sent.picture === undefined ? 0 : 1) &&
  components.length === (body['components'] as unknown[]).length;

/** A message of ours: a reply's may lie in its thread or, where there is none, in the channel. */
export type PostedId = { readonly channel: string; readonly message: string };

export const writePostedId = ({ channel, message }: PostedId): string => `${channel}/${message}`;

export const readPostedId = (id: string): PostedId => {
  const [channel = '', message = ''] = id.split('/');
  return { channel, message };
};

/** Resolves also when it is gone, or was never ours to delete. */
export const deleteMessage = async (
  { api, signal }: { readonly api: DiscordApi; readonly signal: AbortSignal },
  { channel, message }: PostedId,
): Promise<void> => {
  try {
    const options = { patienceMs: SETTLE_MS, signal };
    await api.call('DELETE', Routes.channelMessage(channel, message), options);
  } catch (error) {
    if (!(error instanceof DiscordFailure) || error.kind !== 'refused') throw error;
  }
};
