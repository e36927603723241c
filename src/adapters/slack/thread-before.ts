import type { Conversation, Message } from '../../core/conversation.ts';
import type { Logger } from '../../log.ts';
import { isDirect, toMessage } from './heard-message.ts';
import { isOurs, type Installation } from './installation.ts';
import { filmsOf, hasFiles } from './message-films.ts';
import type { People } from './people.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { readText } from './spoken-text.ts';
import { readThread } from './thread-reader.ts';
import type { SlackMessage } from './wire.ts';

/** Slack wants its acknowledgement within three seconds. */
const PATIENCE_MS = 2_000;
/** What is not acknowledged comes again, at once and a minute later; then it is taken without what was before. */
const MOST_FAILURES = 2;

/** Threads that were looked through in this process; an old one is looked through once. */
const MOST = 20_000;

export type ThreadBeforeOptions = {
  readonly conversation: Conversation;
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly people: People;
  readonly logger: Logger;
};

/** What was said and shown in a thread before the bot was spoken to there. */
export class ThreadBefore {
  readonly #options: ThreadBeforeOptions;
  readonly #looked = new Set<string>();
  readonly #failures = new Map<string, number>();

  constructor(options: ThreadBeforeOptions) {
    this.#options = options;
  }

  /**
   * Shows the core the film that the thread is about, if the bot has not spoken there yet. Resolves to the words that
   * stand for a mention without any: what was written with the film.
   */
  async bring(asking: Message): Promise<string | undefined> {
    const { channel, thread } = asking;
    const key = `${channel}:${thread}`;
    if (this.#looked.has(key)) return undefined;
    const messages = await this.#read(asking);
    if (this.#looked.size >= MOST) this.#looked.clear();
    this.#looked.add(key);
    if (messages.some((message) => isOurs(this.#options.installation, message))) return undefined;
    const film = messages.findLast(
      (message) => message.ts < asking.id && hasFiles(message) && filmsOf(message).length > 0,
    );
    if (film?.user === undefined) return undefined;
    await this.#show(channel, thread, { ...film, user: film.user });
    if (asking.text !== '') return undefined;
    const { words } = readText(film.text ?? '', this.#options.installation.botUser);
    return words === '' ? undefined : words;
  }

  /**
   * An old thread that cannot be read is none: the reply then asks for the film. Fails with a `SlackFailure` when Slack
   * can be asked later.
   */
  async #read(asking: Message): Promise<readonly SlackMessage[]> {
    const { api, logger } = this.#options;
    try {
      return await readThread(api, asking, { patienceMs: PATIENCE_MS });
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      const failures = (this.#failures.get(asking.id) ?? 0) + 1;
      this.#failures.set(asking.id, failures);
      if (error.kind !== 'refused' && failures <= MOST_FAILURES) throw error;
      this.#failures.delete(asking.id);
      const { method, code, needed } = error;
      logger.warn({ method, code, needed }, 'what was said before in a thread was not read');
      return [];
    }
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
