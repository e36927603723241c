import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../src/errors.ts';
import type {
  Conversation,
  Message,
  PostedPart,
  TurnId,
  Unfinished,
} from '../../src/core/conversation.ts';
import type { PlatformClient } from './platform-client.ts';
import type { Delivery, Saying } from './platform-record.ts';
import { PostedReply } from './posted-reply.ts';
import { ReplyDraft } from './reply-draft.ts';

export const SCRIPTED_PLATFORM = 'scripted';

/** Drafts of a reply are shown at most this often. */
const DRAFT_MS = 15;
const RETRY_MS = 10;

export type ScriptedAdapterOptions = {
  readonly conversation: Conversation;
  readonly platform: PlatformClient;
  /** Aborted to take nothing new; replies that are being written go on. */
  readonly signal: AbortSignal;
};

/** Where a reply goes. */
type Address = { readonly thread: string; readonly answers: string };

/**
 * The scripted platform's way in: takes what is delivered and acknowledges it once it is journalled, shows replies part
 * by part, and finishes what a dead process left. What an adapter of a real platform does, and no more.
 */
export class ScriptedAdapter {
  readonly #options: ScriptedAdapterOptions;
  /** Replies that are being written here, by turn. */
  readonly #replies = new Map<TurnId, Promise<void>>();

  constructor(options: ScriptedAdapterOptions) {
    this.#options = options;
  }

  /** Resolves when `signal` has aborted or the platform has gone, and every reply is written. */
  async run(): Promise<void> {
    await Promise.all([this.#receive(), this.#finish()]);
    await Promise.all(this.#replies.values());
  }

  async #receive(): Promise<void> {
    const { platform, signal } = this.#options;
    try {
      for await (const delivery of platform.deliveries(signal)) void this.#take(delivery);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #finish(): Promise<void> {
    const { conversation, signal } = this.#options;
    try {
      for await (const unfinished of conversation.unfinished(SCRIPTED_PLATFORM, signal))
        void this.#takeOver(unfinished);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #takeOver({ turn, message, duty, parts }: Unfinished): Promise<void> {
    if (duty === 'deliver') {
      const address = { thread: message.thread, answers: message.id };
      this.#reply(turn, address, parts);
      return;
    }
    for (const { id } of parts) await this.#options.platform.delete(id);
    await persist(() => this.#options.conversation.takenDown(turn));
  }

  /** Journals what was delivered, and only then says that it has it; what cannot be kept comes again. */
  async #take(delivery: Delivery): Promise<void> {
    const { conversation, platform } = this.#options;
    const { saying } = delivery;
    let turn: TurnId | undefined;
    try {
      turn =
        delivery.kind === 'press'
          ? await conversation.choose(
              turnOfKey(delivery.key),
              delivery.press.code as Parameters<Conversation['choose']>[1],
              { author: saying.author, standing: 'member' },
            )
          : await conversation.take(messageOf(saying));
    } catch (error) {
      if (!(error instanceof WetreadError) || !isFinal(error)) return;
    }
    if (turn !== undefined) {
      const answers = delivery.kind === 'press' ? delivery.press.id : saying.id;
      this.#reply(turn, { thread: saying.thread, answers }, undefined);
    }
    await platform.acknowledge(delivery.delivery);
  }

  /** Follows a turn. `parts`: of one that was left, which is followed anew; undefined: it is new, and nothing is posted. */
  #reply(turn: TurnId, address: Address, parts: readonly PostedPart[] | undefined): void {
    const before = this.#replies.get(turn);
    if (before !== undefined && parts === undefined) return;
    const reply = (before ?? Promise.resolve())
      .then(() => this.#write(turn, address, parts))
      .finally(() => {
        if (this.#replies.get(turn) === reply) this.#replies.delete(turn);
      });
    this.#replies.set(turn, reply);
  }

  async #write(
    turn: TurnId,
    { thread, answers }: Address,
    parts: readonly PostedPart[] | undefined,
  ): Promise<void> {
    const { conversation, platform } = this.#options;
    const begun = (part: number, id: string) => persist(() => conversation.begun(turn, part, id));
    const posted = new PostedReply({ platform, begun, turn, thread, answers, parts: parts ?? [] });
    if (parts !== undefined) await posted.lookUp();
    let draft: ReplyDraft | undefined;
    // Forgotten, or left to whoever starts next: no reply of ours.
    await persist(async () => {
      draft = await this.#follow(turn, posted);
    });
    if (draft?.ended !== true) return;
    await posted.finish(draft.parts);
    await persist(() => conversation.delivered(turn));
  }

  /** Shows the reply as it grows, but for its last state. */
  async #follow(turn: TurnId, posted: PostedReply): Promise<ReplyDraft> {
    const draft = new ReplyDraft();
    let nextDraftAt = 0;
    for await (const event of this.#options.conversation.events(
      turn,
      new AbortController().signal,
    )) {
      draft.add(event);
      if (draft.text === '' || draft.ended || performance.now() < nextDraftAt) continue;
      await posted.show(draft.parts);
      nextDraftAt = performance.now() + DRAFT_MS;
    }
    return draft;
  }
}

/** Trying again would fail again: the message is acknowledged. */
const isFinal = ({ code }: WetreadError): boolean =>
  code === 'choice-unknown' || code === 'not-yours';

/** A button carries the delivery key of its question. */
const turnOfKey = (key: string): TurnId => key.slice(0, key.lastIndexOf(':'));

/** Tries again while the store fails; a turn that is gone, or not this process's any more, needs nothing. */
const persist = async (work: () => Promise<void>): Promise<void> => {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof WetreadError)) throw error;
      if (error.code !== 'store-failed') return;
      await sleep(RETRY_MS);
    }
  }
};

const messageOf = ({ id, thread, author, text, films }: Saying): Message => ({
  platform: SCRIPTED_PLATFORM,
  workspace: 'w',
  channel: 'c',
  thread,
  id,
  author,
  standing: 'member',
  direct: false,
  text,
  ask: undefined,
  about: undefined,
  attachments: films.map((film) => ({
    reference: { film },
    fetch: () => Promise.reject(new Error('it has a reference')),
  })),
  addressed: true,
  choose: undefined,
});
