import { MessageFlags, Routes, type APIMessage } from 'discord.js';
import type { PostedPart } from '../../core/conversation.ts';
import type { Picture } from '../../core/reply.ts';
import type { Application } from './application.ts';
import type { Destination } from './case-thread.ts';
import { readKey } from './delivery-key.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure, isForbidden } from './discord-failure.ts';
import type { Guilds } from './guilds.ts';
import { deleteMessage, MessagePart, readPostedId, type PostedId } from './message-part.ts';
import { toUpload } from './picture-upload.ts';
import type { Upload } from './reply-body.ts';
import type { ReplyIdentity } from './reply-address.ts';
import type { PartContent, ReplyContent } from './reply-content.ts';

/** Messages behind a question that are looked through for what a dead process has posted. */
const PAGE = 100;
const MOST_PAGES = 5;

export type PostedReplyOptions = ReplyIdentity & {
  readonly api: DiscordApi;
  readonly application: () => Application;
  readonly guilds: Guilds;
  readonly destination: Destination;
  /** Words and picture stand behind spoilers. */
  readonly hidden: boolean;
  /** Milliseconds. */
  readonly now: () => number;
};

/** The messages of one reply in Discord: each is there once, whatever failed meanwhile, and in order. */
export class PostedReply {
  readonly #options: PostedReplyOptions;
  readonly #parts = new Map<number, MessagePart>();
  /** Ids of parts that another process, or an earlier try, has posted. */
  readonly #known = new Map<number, PostedId>();
  #upload: Promise<Upload & { readonly shrunk: boolean }> | undefined;
  #destination: string;

  constructor(options: PostedReplyOptions, posted: readonly PostedPart[]) {
    this.#options = options;
    this.#destination = options.destination.channel;
    for (const { part, id } of posted) this.#known.set(part, readPostedId(id));
  }

  /** Finds what a process that died has posted and perhaps not stored. */
  async lookUp(): Promise<void> {
    const { channel } = this.#options;
    for (const where of new Set([this.#destination, channel]))
      for (const [part, id] of await this.#own(where))
        if (!this.#known.has(part)) this.#known.set(part, id);
  }

  /** Shows what there is so far, if that can be done now. */
  async draft(contents: readonly PartContent[]): Promise<void> {
    for (const [number, content] of contents.entries()) {
      const part = this.#part(number);
      // Another part has begun behind it: this one is whole.
      if (number < contents.length - 1) await part.settle(content);
      else await part.draft(content);
    }
  }

  /** Brings Discord to show exactly this. Fails with a `DiscordFailure`. */
  async settle(content: ReplyContent): Promise<void> {
    if (this.#options.destination.lacks !== undefined)
      content.note(
        `There is no thread for this case: Wetread lacks ${this.#options.destination.lacks}.`,
      );
    await this.#noteShrinking(content);
    try {
      await this.#settle(content.parts);
    } catch (error) {
      if (!isForbidden(error) || !this.#makeDo(content)) throw error;
      await this.#settle(content.parts);
    }
  }

  async #settle(contents: readonly PartContent[]): Promise<void> {
    for (const [number, content] of contents.entries()) await this.#part(number).settle(content);
    for (const [number, part] of this.#parts) if (number >= contents.length) await part.remove();
    for (const [number, id] of this.#known)
      if (number >= contents.length && !this.#parts.has(number))
        await deleteMessage(this.#options, id);
  }

  /** What we may not do here is left out, and said. False: then nothing can be said at all. */
  #makeDo(content: ReplyContent): boolean {
    const { guilds, channel } = this.#options;
    const missing = guilds.missing(this.#destination, ['AttachFiles']);
    if (missing.length > 0) {
      content.leavePictureOut(
        `The picture cannot be shown: Wetread lacks the permission ${missing.join(', ')} here. Who manages the server can give it.`,
      );
      return true;
    }
    if (this.#destination === channel) return false;
    // In the thread we may not write: in its channel, perhaps.
    const lacks = guilds.missing(this.#destination, ['SendMessagesInThreads']);
    const name = lacks.join(', ') || 'Send Messages in Threads';
    content.note(`Wetread cannot answer in the thread: it lacks the permission ${name} here.`);
    this.#destination = channel;
    this.#parts.clear();
    return true;
  }

  async #noteShrinking(content: ReplyContent): Promise<void> {
    const picture = content.parts.at(-1)?.picture;
    if (picture === undefined) return;
    const { shrunk } = await this.#fileOf(picture);
    if (shrunk)
      content.note(
        'The picture is shown smaller than the film: this server takes no larger files.',
      );
  }

  #fileOf(picture: Picture): Promise<Upload & { readonly shrunk: boolean }> {
    const { guilds, workspace } = this.#options;
    this.#upload ??= toUpload(picture, guilds.uploadLimit(workspace));
    return this.#upload;
  }

  #part(number: number): MessagePart {
    const there = this.#parts.get(number);
    if (there !== undefined) return there;
    const options = {
      ...this.#options,
      part: number,
      destination: this.#destination,
      upload: (picture: Picture) => this.#fileOf(picture),
    };
    const part = new MessagePart(options, this.#known.get(number));
    this.#parts.set(number, part);
    return part;
  }

  /** Parts of this reply that stand behind its question, by their keys; or the answer to the command that it answers. */
  async #own(where: string): Promise<ReadonlyMap<number, PostedId>> {
    const { application, turn, question } = this.#options;
    const found = new Map<number, PostedId>();
    for (const message of await this.#readBehind(where)) {
      if (message.author.id !== application().user) continue;
      const key = readKey(message);
      const isCommands = key === undefined && message.interaction_metadata?.id === question;
      // What still says that we think is answered by its command's token alone; a message of ours stands in for it.
      if (isCommands && ((message.flags ?? 0) & MessageFlags.Loading) !== 0) {
        await deleteMessage(this.#options, { channel: where, message: message.id });
        continue;
      }
      const isAnswer = isCommands && message.id !== this.#options.thread;
      if (key?.turn === turn || isAnswer)
        found.set(isAnswer ? 0 : (key?.part ?? 0), { channel: where, message: message.id });
    }
    return found;
  }

  async #readBehind(where: string): Promise<readonly APIMessage[]> {
    const { api, question, signal } = this.#options;
    const messages: APIMessage[] = [];
    let after = question;
    try {
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { after, limit: String(PAGE) };
        const route = Routes.channelMessages(where);
        const answer = await api.call<APIMessage[]>('GET', route, { query, signal });
        messages.push(...answer);
        if (answer.length < PAGE) break;
        // Newest first.
        after = answer[0]?.id ?? after;
      }
    } catch (error) {
      // What may not be read back is found by its nonce alone.
      if (!(error instanceof DiscordFailure) || error.kind !== 'refused') throw error;
    }
    return messages;
  }
}
