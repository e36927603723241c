import { commandIn } from '../../core/conversation/command.ts';
import type { Conversation, Message } from '../../core/conversation.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { logFailure } from './explain-failure.ts';
import { isDirect, toMessage } from './heard-message.ts';
import { isOurs, type Installation } from './installation.ts';
import { filmsOf, hasFiles } from './message-films.ts';
import type { People } from './people.ts';
import type { SlackApi } from './slack-api.ts';
import type { SlackFailure } from './slack-failure.ts';
import { readText } from './spoken-text.ts';
import { readThreadSoFar } from './thread-reader.ts';
import type { SlackMessage } from './wire.ts';

/** Slack wants its acknowledgement within three seconds. */
const PATIENCE_MS = 2_000;
/** What is not acknowledged comes again, at once and a minute later; then it is taken without what was before. */
const MOST_FAILURES = 2;
/** When to try again, where Slack does not say. */
const SOON_MS = 10_000;

/** Threads that were looked through in this process; an old one is looked through once. */
const MOST = 20_000;

export type ThreadBeforeOptions = {
  readonly conversation: Conversation;
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly people: People;
  readonly logger: Logger;
};

/** What a thread held before the bot was spoken to in it. */
export type Before = {
  /** Stand for a mention without any: what was written with the film. */
  readonly words: string | undefined;
  /** Why nobody knows which film the thread is about; undefined: the core knows, or there is none. */
  readonly unread: WetreadError | undefined;
};

const NOTHING: Before = { words: undefined, unread: undefined };

/** What was said and shown in a thread before the bot was spoken to there. */
export class ThreadBefore {
  readonly #options: ThreadBeforeOptions;
  readonly #looked = new Set<string>();
  /** Threads in which somebody was told that they cannot be read. */
  readonly #unread = new Set<string>();
  readonly #failures = new Map<string, number>();

  constructor(options: ThreadBeforeOptions) {
    this.#options = options;
  }

  /**
   * Shows the core the film that the thread is about, if the bot has not spoken there yet. Fails with a `SlackFailure`
   * when Slack can be asked later, before anybody has to be told.
   */
  async bring(asking: Message): Promise<Before> {
    const { channel, thread } = asking;
    const key = `${channel}:${thread}`;
    // "Help" or "stop" is about no film.
    if (this.#looked.has(key) || commandIn(asking.text) !== undefined) return NOTHING;
    const { installation } = this.#options;
    const { messages, failure } = await this.#read(asking);
    // That it could not be read is no sign that the core knows the thread.
    const spoke = messages.some((message) => isOurs(installation, message));
    if (spoke && !this.#unread.has(key)) return this.#done(key);
    const film = messages.findLast(
      (message) => message.ts < asking.id && hasFiles(message) && filmsOf(message).length > 0,
    );
    if (film === undefined && failure !== undefined)
      return { words: undefined, unread: this.#giveUp(asking, key, failure) };
    if (film?.user === undefined) return this.#done(key);
    await this.#show(channel, thread, { ...film, user: film.user });
    const { words } = readText(film.text ?? '', installation.botUser);
    return { ...this.#done(key), words: asking.text === '' && words !== '' ? words : undefined };
  }

  /** It need not be looked at again. */
  #done(key: string): Before {
    remember(this.#looked, key);
    this.#unread.delete(key);
    return NOTHING;
  }

  #read(asking: Message): ReturnType<typeof readThreadSoFar> {
    return readThreadSoFar(this.#options.api, asking, { patienceMs: PATIENCE_MS });
  }

  /**
   * What is not acknowledged comes again, and by then Slack may be asked; after that, whoever asks is told. The pace of
   * the method holds every try back until Slack's own time is over.
   */
  #giveUp(asking: Message, key: string, failure: SlackFailure): WetreadError {
    const failures = (this.#failures.get(asking.id) ?? 0) + 1;
    this.#failures.set(asking.id, failures);
    if (failure.kind !== 'refused' && failures <= MOST_FAILURES) throw failure;
    this.#failures.delete(asking.id);
    remember(this.#unread, key);
    const { kind, retryAfterMs } = failure;
    logFailure(this.#options.logger, 'warn', failure, 'what stood in a thread was not read');
    const againMs = Math.max(retryAfterMs, SOON_MS);
    return new WetreadError('slack-history', {
      seconds: kind === 'refused' ? 0 : Math.ceil(againMs / 1_000),
    });
  }

  /** As if the film had just been posted among people: where it is, for whoever asks about it. */
  async #show(
    channel: string,
    thread: string,
    message: SlackMessage & { readonly user: string },
  ): Promise<void> {
    const { conversation, installation, people } = this.#options;
    // A message that spoke to the bot was a turn of its own.
    if (readText(message.text ?? '', installation.botUser).mentionsBot) return;
    const standing = await people.standing(message.user);
    const heard = { channel, message: { ...message, thread_ts: thread }, standing };
    const direct = isDirect(channel);
    await conversation.take(toMessage(installation, { ...heard, direct, addressed: false }));
  }
}

const remember = (threads: Set<string>, key: string): void => {
  if (threads.size >= MOST) threads.clear();
  threads.add(key);
};
