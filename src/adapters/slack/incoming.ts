import type { Conversation, Message, TurnId } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { addressOf, isDirect, PLATFORM, threadOf, toMessage, type Heard } from './heard-message.ts';
import { isOurs, type Installation } from './installation.ts';
import { hasFiles } from './message-films.ts';
import type { OwnThreads } from './own-threads.ts';
import type { People } from './people.ts';
import type { Refusals } from './refusals.ts';
import type { Replies } from './replies.ts';
import type { SlackApi } from './slack-api.ts';
import type { FollowUps } from './slack-settings.ts';
import { readText } from './spoken-text.ts';
import { ThreadBefore } from './thread-before.ts';
import {
  eventBody,
  messageEvent,
  repliesAnswer,
  sessionStoppedEvent,
  type MessageEvent,
} from './wire.ts';

/** Messages that people write. Edits and deletions are told as subtypes, and so is what joins and pins. */
const WRITTEN: ReadonlySet<string | undefined> = new Set([
  undefined,
  'file_share',
  'thread_broadcast',
  'me_message',
]);

/** A mention comes as two events; the one that surely has the files is waited for so long. */
const TWIN_MS = 1_500;
/** Posts that are remembered to have come as messages. */
const MOST_SEEN = 2_000;

export type IncomingOptions = {
  readonly conversation: Conversation;
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly people: People;
  readonly threads: OwnThreads;
  readonly followUps: FollowUps;
  readonly replies: Replies;
  readonly refusals: Refusals;
  readonly logger: Logger;
};

/** Takes what Slack tells of. Nothing is acknowledged before it is taken, so what fails here comes again. */
export class Incoming {
  readonly #options: IncomingOptions;
  readonly #before: ThreadBefore;
  /** Posts that came as messages: theirs is what counts, and a mention of the same post only waits for it. */
  readonly #taken = new Map<string, Promise<void>>();
  readonly #awaited = new Map<string, () => void>();

  constructor(options: IncomingOptions) {
    this.#options = options;
    this.#before = new ThreadBefore(options);
  }

  /** Resolves once it is journalled, or nothing is to be done. What fails is to be delivered again. */
  async take(body: unknown): Promise<void> {
    const parsed = eventBody.safeParse(body);
    if (!parsed.success) return;
    const { event } = parsed.data;
    if (event.type === 'agent_session_stopped') return this.#stop(event);
    const message = messageEvent.safeParse(event);
    if (!message.success) return;
    if (message.data.type === 'app_mention') return this.#takeMention(message.data);
    return this.#takeMessage(message.data);
  }

  async #takeMessage(event: MessageEvent): Promise<void> {
    const { conversation, installation } = this.#options;
    const { channel, subtype } = event;
    if (subtype === 'message_deleted' && event.deleted_ts !== undefined)
      return conversation.deleted(this.#reference(channel, event.deleted_ts));
    if (subtype === 'message_changed') return this.#change(event);
    if (!WRITTEN.has(subtype)) return undefined;
    const key = `${channel}:${event.ts}`;
    const taking = this.#hear(event);
    this.#remember(key, taking);
    if (!isOurs(installation, event)) this.#awaited.get(key)?.();
    return taking;
  }

  /** An edit; or a root that was deleted while it had replies, or a film: Slack keeps tombstones in their places. */
  async #change(event: MessageEvent): Promise<void> {
    const { conversation, installation } = this.#options;
    const { channel, message, previous_message: previous } = event;
    if (message?.ts === undefined || isOurs(installation, message)) return;
    const reference = this.#reference(channel, message.ts);
    const isGone = (message.files ?? []).some(({ mode }) => mode === 'tombstone');
    if (message.subtype === 'tombstone' || isGone) {
      await conversation.deleted(reference);
      return;
    }
    const { words, mentionsBot } = readText(message.text ?? '', installation.botUser);
    await conversation.edited(reference, words);
    // Who forgot the mention and adds it speaks to the bot now. Slack tells of that as a mention, too: it is the same post.
    const spokeBefore = readText(previous?.text ?? '', installation.botUser).mentionsBot;
    if (mentionsBot && !spokeBefore && WRITTEN.has(message.subtype))
      await this.#hear({ ...message, ts: message.ts, type: 'message', channel });
  }

  /** Where only mentions are told of, or the other event is late, the mention itself is taken. */
  async #takeMention(event: MessageEvent): Promise<void> {
    const key = `${event.channel}:${event.ts}`;
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    if (!hasFiles(event)) {
      await this.#twin(key);
      const twin = this.#taken.get(key);
      if (twin !== undefined) return twin;
    }
    return this.#hear(hasFiles(event) ? event : await this.#whole(event));
  }

  /** Waits until the post comes as a message, for a while. */
  #twin(key: string): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#awaited.delete(key);
        resolve();
      };
      const timer = setTimeout(end, TWIN_MS);
      this.#awaited.set(key, end);
    });
  }

  /** A mention may come without its files: the post itself has them. */
  async #whole(event: MessageEvent): Promise<MessageEvent> {
    const { api } = this.#options;
    const { channel, ts } = event;
    const args = {
      channel,
      ts: threadOf(event),
      oldest: ts,
      latest: ts,
      inclusive: true,
      limit: 2,
    };
    const options = { repeatable: true, patienceMs: 2_000 };
    const answer = await api
      .call('conversations.replies', args, repliesAnswer, options)
      .catch(() => undefined);
    const post = answer?.messages.find((message) => message.ts === ts);
    return post === undefined ? event : { ...event, files: post.files };
  }

  async #hear(event: MessageEvent): Promise<void> {
    const { installation, people, replies, refusals } = this.#options;
    const { user, channel } = event;
    if (user === undefined || event.bot_id || isOurs(installation, event)) return;
    const message = { ...event, user };
    const direct = isDirect(channel);
    const addressed = direct || (await this.#isAddressed(event));
    if (!addressed && !hasFiles(event)) return;
    const standing = await people.standing(user);
    const heard: Heard = { channel, message, direct, standing, addressed };
    const address = addressOf(installation, heard);
    try {
      const { turn, unread } = await this.#journal(heard);
      if (turn !== undefined) replies.follow(turn, { ...address, unread });
    } catch (error) {
      if (!(error instanceof WetreadError) || !isFinal(error)) throw error;
      if (addressed) await refusals.say(address, error);
    }
  }

  async #journal(
    heard: Heard,
  ): Promise<{ readonly turn: TurnId | undefined; readonly unread: WetreadError | undefined }> {
    const { conversation, installation } = this.#options;
    const message = toMessage(installation, heard);
    const inThread = message.thread !== message.id;
    const asks = heard.addressed && !heard.direct && inThread && message.attachments.length === 0;
    const before = asks ? await this.#before.bring(message) : undefined;
    const text = before?.words ?? message.text;
    return { turn: await conversation.take({ ...message, text }), unread: before?.unread };
  }

  async #isAddressed(event: MessageEvent): Promise<boolean> {
    const { installation, threads, followUps } = this.#options;
    const { mentionsBot, mentionsOthers } = readText(event.text ?? '', installation.botUser);
    const thread = threadOf(event);
    const place = { channel: event.channel, thread };
    if (mentionsBot || event.type === 'app_mention') {
      threads.spokenTo(place, thread === event.ts);
      return true;
    }
    if (mentionsOthers || followUps === 'never' || thread === event.ts) return false;
    return threads.isOwn(place, event.ts);
  }

  async #stop(event: unknown): Promise<void> {
    const { conversation, replies } = this.#options;
    const stopped = sessionStoppedEvent.safeParse(event);
    if (!stopped.success) return;
    const { channel, thread_ts } = stopped.data;
    for (const turn of replies.writtenIn(channel, thread_ts)) await conversation.stop(turn);
  }

  #reference(
    channel: string,
    id: string,
  ): Pick<Message, 'platform' | 'workspace' | 'channel' | 'id'> {
    return { platform: PLATFORM, workspace: this.#options.installation.workspace, channel, id };
  }

  #remember(key: string, taking: Promise<void>): void {
    const [oldest] = this.#taken.keys();
    if (this.#taken.size >= MOST_SEEN && oldest !== undefined) this.#taken.delete(oldest);
    this.#taken.set(key, taking);
    // What failed comes again, as either kind.
    taking.catch(() => this.#taken.delete(key));
  }
}

/** Trying again would fail again: Slack is told that we have it, and its author why it is not answered. */
const isFinal = ({ kind }: WetreadError): boolean => kind === 'usage' || kind === 'refused';
