import type { PostedPart } from '../../core/conversation.ts';
import { deletePart, isFile } from './delete-part.ts';
import { readKey } from './delivery-key.ts';
import type { Installation } from './installation.ts';
import { isOurs } from './installation.ts';
import type { Network } from '../network.ts';
import { PicturePart } from './picture-part.ts';
import { FIRST_PRIVATE_PART } from './private-question.ts';
import type { ReplyIdentity } from './reply-address.ts';
import type { PartContent } from './reply-content.ts';
import type { SlackApi } from './slack-api.ts';
import type { Abilities } from './abilities.ts';
import { TextPart } from './text-part.ts';
import { readThread } from './thread-reader.ts';

export type PostedReplyOptions = ReplyIdentity & {
  readonly api: SlackApi;
  readonly network: Network;
  readonly installation: Installation;
  readonly abilities: Abilities;
  /** Milliseconds. */
  readonly now: () => number;
};

type Part = TextPart | PicturePart;

/** The messages of one reply in Slack: each is there once, whatever failed meanwhile, and in order. */
export class PostedReply {
  readonly #options: PostedReplyOptions;
  readonly #parts = new Map<number, Part>();
  /** Ids of parts that another process, or an earlier try, has posted. */
  readonly #known = new Map<number, string>();

  constructor(options: PostedReplyOptions, posted: readonly PostedPart[]) {
    this.#options = options;
    // What stands elsewhere is not this reply's to bring in order.
    for (const { part, id } of posted) if (part < FIRST_PRIVATE_PART) this.#known.set(part, id);
  }

  /** Finds what a process that died has posted and perhaps not stored. */
  async lookUp(): Promise<void> {
    for (const [part, id] of await this.#own())
      if (!this.#known.has(part)) this.#known.set(part, id);
  }

  /** Shows what there is so far, if that can be done now. `streams`: the words are the reply's, and more will come. */
  async draft(contents: readonly PartContent[], streams: boolean): Promise<void> {
    for (const [number, content] of contents.entries()) {
      if (content.kind !== 'text') return;
      const part = this.#text(number);
      // Another part has begun behind it: this one is whole.
      if (number < contents.length - 1) await part.settle(content);
      else await part.draft(content, streams);
    }
  }

  /** Brings Slack to show exactly these. Fails with a `SlackFailure`. */
  async settle(contents: readonly PartContent[]): Promise<void> {
    for (const [number, content] of contents.entries()) {
      if (content.kind === 'text') await this.#text(number).settle(content);
      else await (await this.#picture(number)).settle(content.picture);
    }
    for (const [number, part] of this.#parts) if (number >= contents.length) await part.remove();
    for (const [number, id] of this.#known)
      if (number >= contents.length && !this.#parts.has(number)) await this.#delete(id);
  }

  /** Nothing is left half-open when the reply is left to somebody else. */
  async leave(): Promise<void> {
    for (const part of this.#parts.values()) if (part instanceof TextPart) await part.leave();
  }

  #text(number: number): TextPart {
    const there = this.#parts.get(number);
    if (there instanceof TextPart) return there;
    const id = this.#known.get(number);
    const find = async (part: number) => (await this.#own()).get(part);
    const options = { ...this.#options, part: number, find };
    const part = new TextPart(options, id === undefined || isFile(id) ? undefined : id);
    this.#parts.set(number, part);
    return part;
  }

  async #picture(number: number): Promise<PicturePart> {
    const there = this.#parts.get(number);
    if (there instanceof PicturePart) return there;
    const id = this.#known.get(number);
    // What was words does not become a picture by editing.
    if (there !== undefined) await there.remove();
    else if (id !== undefined && !isFile(id)) await this.#delete(id);
    const file = id !== undefined && isFile(id) ? id : undefined;
    const part = new PicturePart({ ...this.#options, part: number }, file);
    this.#parts.set(number, part);
    return part;
  }

  /** Parts of this reply that stand in the thread, by their keys; a stream that was cut off has none yet. */
  async #own(): Promise<ReadonlyMap<number, string>> {
    const { api, installation, turn, question, signal } = this.#options;
    const found = new Map<number, string>();
    const keyless: string[] = [];
    for (const message of await readThread(api, this.#options, { signal })) {
      if (!isOurs(installation, message)) continue;
      const key = readKey(message);
      const isStream = key === undefined && (message.files ?? []).length === 0;
      if (key?.turn === turn) found.set(key.part, message.ts);
      else if (isStream && message.ts > question) keyless.push(message.ts);
    }
    const known = new Set([...this.#known.values(), ...found.values()]);
    const cutOff = keyless.filter((ts) => !known.has(ts)).at(-1);
    // One turn at a time in a thread, so a stream without a key behind the question is this turn's newest part.
    if (cutOff !== undefined)
      found.set(Math.max(-1, ...found.keys(), ...this.#known.keys()) + 1, cutOff);
    return found;
  }

  async #delete(id: string): Promise<void> {
    const { api } = this.#options;
    await deletePart(api, this.#options, id);
  }
}
