import { Routes } from 'discord.js';
import { setMaxListeners } from 'node:events';
import type { Conversation, PostedPart, TurnId, Unfinished } from '../../core/conversation.ts';
import type { TeachingCases } from '../../core/teaching-case.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { statusWords } from '../status-words.ts';
import type { Application } from './application.ts';
import { openCaseThread, type Destination } from './case-thread.ts';
import type { DiscordApi } from './discord-api.ts';
import { DiscordFailure, isForbidden, isLockedOut } from './discord-failure.ts';
import { untilDone } from '../until-done.ts';
import { untilStored } from '../until-stored.ts';
import { Drafts } from '../drafts.ts';
import { explainFailure } from './explain-failure.ts';
import type { Guilds } from './guilds.ts';
import { deleteMessage, readPostedId } from './message-part.ts';
import { PostedReply } from './posted-reply.ts';
import type { Refusals } from './refusals.ts';
import type { ReplyAddress } from './reply-address.ts';
import { ReplyContent, type PartContent } from './reply-content.ts';
import { Typing } from './typing.ts';
import type { UploadRemoval } from './upload-removal.ts';

/** An answer that takes longer is announced by a message that becomes it. */
const SIGN_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** A reply that Discord does not take in so long is given up, so that its thread goes on. */
const DELIVER_MS = 30 * 60_000;

const NO_FOLLOW_UPS =
  'Mention Wetread in every question here: without the Message Content intent it does not hear the others.';

export type RepliesOptions = {
  readonly conversation: Conversation;
  readonly api: DiscordApi;
  readonly application: () => Application;
  readonly guilds: Guilds;
  readonly refusals: Refusals;
  readonly removal: UploadRemoval;
  /** Tells the posts of teaching cases from other replies. */
  readonly cases: Pick<TeachingCases, 'openedBy'>;
  readonly spoilerChannels: readonly string[];
  readonly logger: Logger;
  /** Milliseconds. */
  readonly now: () => number;
};

/** Follows turns and writes their replies, each once, side by side. */
export class Replies {
  readonly #options: RepliesOptions;
  /** Replies that are being written here, by turn. */
  readonly #writing = new Map<TurnId, { readonly address: ReplyAddress; done: Promise<void> }>();
  /** Aborted when nothing more is to be sent: what is left is the journal's. */
  readonly #closing = new AbortController();

  constructor(options: RepliesOptions) {
    this.#options = options;
    // Every reply that is being written listens: many listeners are no leak.
    setMaxListeners(0, this.#closing.signal);
  }

  /** Follows a turn that was taken just now; one that is followed already is left alone. `parts`: what stands there already. */
  follow(turn: TurnId, address: ReplyAddress, parts?: readonly PostedPart[]): void {
    if (!this.#writing.has(turn)) this.#begin(turn, address, { parts: parts ?? [], looks: false });
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
    const timer = setTimeout(() => this.#closing.abort(), graceMs);
    await Promise.all([...this.#writing.values()].map(({ done }) => done));
    clearTimeout(timer);
    this.#closing.abort();
  }

  #recover({ turn, message, parts, author }: Extract<Unfinished, { duty: 'deliver' }>): void {
    const { workspace, channel, thread, id } = message;
    const direct = workspace === '';
    // What the bot said to itself has no message: then everything of the reply comes after the thread's beginning.
    const question = isSnowflake(id) ? id : thread;
    const address = { workspace, channel, thread, question, author, direct };
    this.#begin(turn, address, { parts, looks: true });
  }

  #begin(
    turn: TurnId,
    address: ReplyAddress,
    posted: { readonly parts: readonly PostedPart[]; readonly looks: boolean },
  ): void {
    const before = this.#writing.get(turn)?.done ?? Promise.resolve();
    const done = before
      .then(() => this.#write(turn, address, posted))
      .catch((error: unknown) => this.#report(error))
      .finally(() => {
        if (this.#writing.get(turn)?.done === done) this.#writing.delete(turn);
      });
    this.#writing.set(turn, { address, done });
  }

  async #write(
    turn: TurnId,
    address: ReplyAddress,
    { parts, looks }: { readonly parts: readonly PostedPart[]; readonly looks: boolean },
  ): Promise<void> {
    const { api, spoilerChannels } = this.#options;
    const { signal } = this.#closing;
    const destination = await this.#open(address);
    const { channel, thread } = address;
    const hidden = spoilerChannels.includes(channel) || spoilerChannels.includes(thread);
    const begun = (posted: PostedPart) => this.#begun(turn, posted);
    const reply = new PostedReply(
      { ...this.#options, ...address, turn, begun, signal, destination, hidden },
      parts,
    );
    const typing = new Typing(api, destination.channel);
    try {
      if (looks) await this.#insist(() => reply.lookUp());
      const content = await this.#follow(turn, reply, { typing, hidden, address });
      if (content !== undefined) await this.#deliver(turn, reply, { content, address });
    } finally {
      typing.end();
    }
  }

  /** The thread of the case, into which whoever asked is brought where it was not opened from their own message. */
  async #open(address: ReplyAddress): Promise<Destination> {
    const { api } = this.#options;
    const destination = await this.#insist(() =>
      openCaseThread({ ...this.#options, signal: this.#closing.signal }, address),
    );
    const { author, question, thread } = address;
    if (destination.opened && author !== undefined && question !== thread) {
      const route = Routes.threadMembers(destination.channel, author);
      api.call('PUT', route, { patienceMs: 0 }).catch(() => undefined);
    }
    return destination;
  }

  /** Shows the reply as it grows. undefined: it is forgotten, or left to whoever starts next. */
  async #follow(
    turn: TurnId,
    reply: PostedReply,
    { typing, hidden, address }: { typing: Typing; hidden: boolean; address: ReplyAddress },
  ): Promise<ReplyContent | undefined> {
    const { application, conversation } = this.#options;
    const onceMore = address.direct || application().mayReadMessages ? [] : [NO_FOLLOW_UPS];
    const content = new ReplyContent({ ...address, onceMore });
    const drafts = new Drafts(
      (now: readonly PartContent[]) => reply.draft(now),
      (error) => error instanceof DiscordFailure,
    );
    // Whoever waits sees that they were heard, and can stop it.
    let isShown = false;
    const timer = setTimeout(() => {
      if (!isShown && this.#isNext(turn, address)) drafts.draw(content.parts);
    }, SIGN_MS);
    try {
      for await (const event of conversation.events(turn, this.#closing.signal)) {
        content.add(event);
        if (content.ended) break;
        typing.show();
        if (event.type === 'status') content.waiting = `Wetread ${statusWords(event)}`;
        // What is to be hidden is not shown while it grows; who waits behind another reply stays behind it.
        const isNext = this.#isNext(turn, address);
        if (!isNext || (hidden && content.hasText)) continue;
        isShown = true;
        drafts.draw(content.parts);
      }
    } catch (error) {
      if (!(error instanceof WetreadError) && !this.#closing.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      await drafts.end();
    }
    if (!content.ended) return undefined;
    if (await this.#opensCase(turn)) content.becomeCase();
    return content;
  }

  /** Under the post of a case hang its own buttons. */
  async #opensCase(turn: TurnId): Promise<boolean> {
    let found = false;
    await this.#persist(async () => {
      found = (await this.#options.cases.openedBy(turn)) !== undefined;
    });
    return found;
  }

  /** No reply that was asked for before is still to come in its thread. */
  #isNext(turn: TurnId, { thread }: ReplyAddress): boolean {
    const [first] = [...this.#writing].find(([, { address }]) => address.thread === thread) ?? [];
    return first === turn;
  }

  /** Until Discord shows it, or nobody can bring it to. */
  async #deliver(
    turn: TurnId,
    reply: PostedReply,
    { content, address }: { readonly content: ReplyContent; readonly address: ReplyAddress },
  ): Promise<void> {
    const { conversation, logger, now, removal } = this.#options;
    const giveUpAt = now() + DELIVER_MS;
    const tell = (level: 'error' | 'warn', error: DiscordFailure): void =>
      logger[level](factsOf(error), 'a reply was not taken by Discord');
    const mayPass = (error: unknown): boolean => {
      if (!(error instanceof DiscordFailure) || isLockedOut(error)) return false;
      if (error.kind === 'refused' || now() > giveUpAt) return false;
      tell('warn', error);
      return true;
    };
    try {
      await this.#untilDone(() => reply.settle(content), mayPass);
    } catch (error) {
      // With a new token the next start goes on with it.
      if (!(error instanceof DiscordFailure) || isLockedOut(error)) throw error;
      tell('error', error);
      await this.#tellWhy(address, error);
    }
    if (content.foundPatientData)
      await this.#persist(() => removal.handle(turn, address, this.#closing.signal));
    await this.#persist(() => conversation.delivered(turn));
  }

  /** Where nothing can be written, whoever asked is told why in a direct message. */
  async #tellWhy({ author, thread }: ReplyAddress, error: DiscordFailure): Promise<void> {
    const { guilds, refusals, logger } = this.#options;
    if (!isForbidden(error)) return;
    const missing = guilds.missing(thread, ['ViewChannel', 'SendMessagesInThreads']);
    const { code, found, operator } = explainFailure(error, missing);
    logger.error({ code }, `${found} ${operator}`);
    if (author !== undefined) await refusals.tellAlone(author, found);
  }

  async #takeDown({ turn, parts }: Unfinished): Promise<void> {
    const { api, conversation } = this.#options;
    const { signal } = this.#closing;
    try {
      for (const { id } of parts)
        await this.#insist(() => deleteMessage({ api, signal }, readPostedId(id)));
      await this.#persist(() => conversation.takenDown(turn));
    } catch (error) {
      this.#report(error);
    }
  }

  /** A part of a turn that is not there any more is nobody's: it goes again. */
  async #begun(turn: TurnId, { part, id }: PostedPart): Promise<void> {
    const { api, conversation } = this.#options;
    try {
      await this.#persist(() => conversation.begun(turn, part, id));
    } catch (error) {
      if (error instanceof WetreadError && error.code === 'turn-unknown')
        await deleteMessage({ api, signal: this.#closing.signal }, readPostedId(id));
      throw error;
    }
  }

  /** Tries again while Discord is not to be had. */
  #insist<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#untilDone(
      work,
      (error) => error instanceof DiscordFailure && error.kind !== 'refused',
    );
  }

  #untilDone<Result>(
    work: () => Promise<Result>,
    mayPass: (error: unknown) => boolean,
  ): Promise<Result> {
    const { signal } = this.#closing;
    return untilDone(work, { mayPass, longestWaitMs: LONGEST_RETRY_MS, signal });
  }

  #persist(work: () => Promise<void>): Promise<void> {
    return untilStored(work, this.#closing.signal);
  }

  #report(error: unknown): void {
    if (this.#closing.signal.aborted) return;
    const { logger } = this.#options;
    if (error instanceof DiscordFailure) logger.error(factsOf(error), 'a reply was not written');
    // A turn that was forgotten, or is another process's by now, needs no reply of ours.
    else if (error instanceof WetreadError) logger.debug({ code: error.code }, 'a reply was left');
    else logger.error({ error }, 'a reply was not written');
  }
}

const isSnowflake = (id: string): boolean => /^\d{5,}$/.test(id);

const factsOf = ({ call, code }: DiscordFailure) => ({ call, code });
