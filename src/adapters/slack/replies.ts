import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, PostedPart, TurnId, Unfinished } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { untilDone } from '../until-done.ts';
import { untilStored } from '../until-stored.ts';
import { Drafts } from '../drafts.ts';
import { logFailure } from './explain-failure.ts';
import type { Installation } from './installation.ts';
import type { Network } from '../network.ts';
import { deletePart } from './delete-part.ts';
import { PostedReply } from './posted-reply.ts';
import {
  askInPrivate,
  FIRST_PRIVATE_PART,
  type PrivateQuestionOptions,
} from './private-question.ts';
import type { ReplyAddress } from './reply-address.ts';
import { ReplyContent, type PrivateQuestion } from './reply-content.ts';
import type { SlackApi } from './slack-api.ts';
import { isLockedOut, SlackFailure } from './slack-failure.ts';
import { StatusLine } from './status-line.ts';
import { statusWords, TAKEN } from '../status-words.ts';
import { Abilities } from './abilities.ts';
import { anyAnswer } from './wire.ts';

/** A thread's title, of which Slack shows the beginning. */
const TITLE_LIMIT = 80;
const LONGEST_RETRY_MS = 30_000;
/** Streams that are open are ended when the program ends, if Slack answers so soon. */
const LEAVE_MS = 1_000;
/** A reply that Slack does not take in so long is given up, so that its thread goes on. */
const DELIVER_MS = 30 * 60_000;

export type RepliesOptions = {
  readonly conversation: Conversation;
  readonly api: SlackApi;
  readonly network: Network;
  readonly installation: Installation;
  readonly logger: Logger;
  /** Milliseconds. */
  readonly now: () => number;
};

/** Follows turns and writes their replies, each once, side by side. */
export class Replies {
  readonly #options: RepliesOptions;
  readonly #abilities = new Abilities();
  /** Replies that are being written here, by turn. */
  readonly #writing = new Map<TurnId, { readonly address: ReplyAddress; done: Promise<void> }>();
  /** Aborted when nothing more is to be sent: what is left is the journal's. */
  readonly #closing = new AbortController();

  constructor(options: RepliesOptions) {
    this.#options = options;
    // Every reply that is being written listens: many listeners are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Follows a turn that was taken just now; one that is followed already is left alone. */
  follow(turn: TurnId, address: ReplyAddress): void {
    if (!this.#writing.has(turn)) this.#begin(turn, address, undefined);
  }

  /** Turns whose replies are being written in a thread. */
  writtenIn(channel: string, thread: string | undefined): readonly TurnId[] {
    return [...this.#writing]
      .filter(
        ([, { address }]) =>
          address.channel === channel && (thread === undefined || address.thread === thread),
      )
      .map(([turn]) => turn);
  }

  /** Does what a process that died has left, until the signal aborts. */
  async recover(platform: string, signal: AbortSignal): Promise<void> {
    for await (const unfinished of this.#options.conversation.unfinished(platform, signal)) {
      if (unfinished.duty === 'take-down') void this.#takeDown(unfinished);
      else this.#recover(unfinished);
    }
  }

  /** Gives replies that are being written `graceMs`, and leaves the others to the journal. */
  async close(graceMs: number): Promise<void> {
    const written = Promise.all([...this.#writing.values()].map(({ done }) => done));
    await waitAtMost(graceMs, written);
    this.#closing.abort();
    await waitAtMost(LEAVE_MS, written);
    this.#options.api.abandon();
    await written;
  }

  #recover({ turn, message, author, parts }: Extract<Unfinished, { duty: 'deliver' }>): void {
    const { channel, thread, id } = message;
    const address = {
      channel,
      thread,
      question: questionOf(id, thread),
      direct: channel.startsWith('D'),
    };
    this.#begin(
      turn,
      { ...address, reader: undefined, author, title: undefined, unread: undefined },
      parts,
    );
  }

  #begin(turn: TurnId, address: ReplyAddress, parts: readonly PostedPart[] | undefined): void {
    const before = this.#writing.get(turn)?.done ?? Promise.resolve();
    const done = before
      .then(() => this.#write(turn, address, parts))
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        if (this.#writing.get(turn)?.done === done) this.#writing.delete(turn);
      });
    this.#writing.set(turn, { address, done });
  }

  async #write(
    turn: TurnId,
    address: ReplyAddress,
    parts: readonly PostedPart[] | undefined,
  ): Promise<void> {
    const status = new StatusLine({ ...this.#options, address });
    status.show(TAKEN);
    if (address.title !== undefined) void this.#title(address, address.title);
    const { signal } = this.#closing;
    const begun = (posted: PostedPart) => this.#begun(turn, address, posted);
    const options = { ...this.#options, ...address, turn, begun, signal };
    const identity = { ...options, abilities: this.#abilities };
    const reply = new PostedReply(identity, parts ?? []);
    try {
      if (parts !== undefined) await this.#insist(() => reply.lookUp());
      const content = await this.#follow(turn, address, reply, status);
      if (content === undefined) await reply.leave();
      else {
        await this.#settle(reply, content);
        const { privateQuestion } = content;
        const { author } = address;
        if (privateQuestion !== undefined && author !== undefined)
          await this.#ask({ ...identity, author }, privateQuestion, parts ?? []);
        await this.#persist(() => this.#options.conversation.delivered(turn));
      }
    } finally {
      await status.end().catch((error: unknown) => this.#report(error));
    }
  }

  /** Shows the reply as it grows. undefined: it is forgotten, or left to whoever starts next. */
  async #follow(
    turn: TurnId,
    { reader, direct, unread }: ReplyAddress,
    reply: PostedReply,
    status: StatusLine,
  ): Promise<ReplyContent | undefined> {
    const content = new ReplyContent({ direct, unread });
    const mayStream = direct || reader !== undefined;
    const drafts = new Drafts(
      (now: ReplyContent) => reply.draft(now.parts, mayStream && now.hasText),
      (error) => error instanceof SlackFailure,
    );
    try {
      for await (const event of this.#options.conversation.events(turn, this.#closing.signal)) {
        content.add(event);
        if (content.ended) break;
        if (event.type === 'status') {
          const words = statusWords(event);
          status.show(words);
          content.waiting = this.#abilities.streams ? '' : `Wetread ${words}`;
        } else if (content.hasText) status.said();
        drafts.draw(content);
      }
    } catch (error) {
      if (!(error instanceof WetreadError) && !this.#closing.signal.aborted) throw error;
    } finally {
      await drafts.end();
    }
    return content.ended ? content : undefined;
  }

  /** Until Slack shows it, or nobody can bring it to. */
  async #settle(reply: PostedReply, content: ReplyContent): Promise<void> {
    const { logger, now } = this.#options;
    const giveUpAt = now() + DELIVER_MS;
    const tell = (level: 'error' | 'warn', error: SlackFailure): void =>
      logFailure(logger, level, error, 'a reply was not taken by Slack');
    const mayPass = (error: unknown): boolean => {
      if (!(error instanceof SlackFailure) || isLockedOut(error)) return false;
      if (error.kind === 'refused' || now() > giveUpAt) return false;
      tell('warn', error);
      return true;
    };
    try {
      await this.#untilDone(() => reply.settle(content.parts), mayPass);
    } catch (error) {
      // With a new token the next start goes on with it.
      if (!(error instanceof SlackFailure) || isLockedOut(error)) throw error;
      tell('error', error);
    }
  }

  /** A question that does not reach the one it is for is told in the log, and holds up no thread. */
  async #ask(
    options: PrivateQuestionOptions,
    question: PrivateQuestion,
    before: readonly PostedPart[],
  ): Promise<void> {
    try {
      // What a process that died has asked may lack its picture: it is asked anew.
      for (const { part, id } of before)
        if (part >= FIRST_PRIVATE_PART) await deletePart(options.api, options, id);
      await askInPrivate(options, question);
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      logFailure(this.#options.logger, 'warn', error, 'somebody was not asked');
    }
  }

  async #takeDown({ turn, message, parts }: Unfinished): Promise<void> {
    const { api, conversation } = this.#options;
    const place = { channel: message.channel, signal: this.#closing.signal };
    try {
      for (const { id } of parts) await this.#insist(() => deletePart(api, place, id));
      await this.#persist(() => conversation.takenDown(turn));
    } catch (error) {
      this.#report(error);
    }
  }

  /** A part of a turn that is not there any more is nobody's: it goes again. */
  async #begun(turn: TurnId, { channel }: ReplyAddress, { part, id }: PostedPart): Promise<void> {
    const { api, conversation } = this.#options;
    try {
      await this.#persist(() => conversation.begun(turn, part, id));
    } catch (error) {
      if (error instanceof WetreadError && error.code === 'turn-unknown')
        await deletePart(api, { channel }, id);
      throw error;
    }
  }

  async #title({ channel, thread }: ReplyAddress, title: string): Promise<void> {
    const { api } = this.#options;
    const args = { channel_id: channel, thread_ts: thread, title: title.slice(0, TITLE_LIMIT) };
    await api.call('assistant.threads.setTitle', args, anyAnswer).catch((error: unknown) => {
      if (!(error instanceof SlackFailure)) this.#report(error);
    });
  }

  /** Tries again while Slack is not to be had. */
  #insist(work: () => Promise<void>): Promise<void> {
    return this.#untilDone(
      work,
      (error) => error instanceof SlackFailure && error.kind !== 'refused',
    );
  }

  #untilDone(work: () => Promise<void>, mayPass: (error: unknown) => boolean): Promise<void> {
    const { signal } = this.#closing;
    return untilDone(work, { mayPass, longestWaitMs: LONGEST_RETRY_MS, signal });
  }

  #persist(work: () => Promise<void>): Promise<void> {
    return untilStored(work, this.#closing.signal);
  }

  #report(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const { logger } = this.#options;
    if (error instanceof SlackFailure)
      logFailure(logger, 'error', error, 'a reply was not written');
    // A turn that was forgotten, or is another process's by now, needs no reply of ours.
    else if (error instanceof WetreadError) logger.debug({ code: error.code }, 'a reply was left');
    else logger.error({ error }, 'a reply was not written');
  }
}

/** Resolves with the work, or without it when so much time has gone by. */
const waitAtMost = async (ms: number, work: Promise<unknown>): Promise<void> => {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([work, late]);
  over.abort();
};

/** A question that is a message; a button's is somewhere in the thread. */
const questionOf = (id: string, thread: string): string => (/^\d+\.\d+$/.test(id) ? id : thread);
