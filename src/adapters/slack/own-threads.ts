import type { Installation } from './installation.ts';
import { isOurs } from './installation.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import type { FollowUps } from './slack-settings.ts';
import { readText } from './spoken-text.ts';
import { readThreadStart, type ThreadPlace } from './thread-reader.ts';

/** Threads that are remembered at the same time; of others Slack is asked again. */
const MOST = 20_000;
/** The root and the first reply: a film is often dropped first and asked about then. */
const BEGINNING = 2;

export type OwnThreadsOptions = {
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly followUps: FollowUps;
};

/** In which threads people speak to the bot without a mention. */
export class OwnThreads {
  readonly #options: OwnThreadsOptions;
  readonly #known = new Map<string, boolean>();

  constructor(options: OwnThreadsOptions) {
    this.#options = options;
  }

  /** The bot was spoken to in a thread. `begins`: at its root. */
  spokenTo(place: ThreadPlace, begins: boolean): void {
    const { followUps } = this.#options;
    if (begins || followUps === 'joined') this.#remember(place, true);
    // The first reply of a thread may have begun it: Slack is asked when somebody goes on there.
    else if (this.#known.get(keyOf(place)) === false) this.#known.delete(keyOf(place));
  }

  /** `before`: the time of the message that it is asked for. Fails with a `SlackFailure` when Slack cannot be asked just now. */
  async isOwn(place: ThreadPlace, before: string): Promise<boolean> {
    const known = this.#known.get(keyOf(place));
    if (known !== undefined) return known;
    const own = await this.#ask(place, before);
    // Meanwhile somebody may have spoken to the bot there: that counts for what comes next.
    if (!this.#known.has(keyOf(place))) this.#remember(place, own);
    return own;
  }

  async #ask(place: ThreadPlace, before: string): Promise<boolean> {
    const { api, installation, followUps } = this.#options;
    const count = followUps === 'joined' ? 100 : BEGINNING;
    try {
      const messages = await readThreadStart(api, place, count);
      return messages.some(
        (message) =>
          message.ts < before &&
          (isOurs(installation, message) ||
            readText(message.text ?? '', installation.botUser).mentionsBot),
      );
    } catch (error) {
      if (error instanceof SlackFailure && error.kind === 'refused') return false;
      throw error;
    }
  }

  #remember(place: ThreadPlace, own: boolean): void {
    if (this.#known.size >= MOST) this.#known.clear();
    this.#known.set(keyOf(place), own);
  }
}

const keyOf = ({ channel, thread }: ThreadPlace): string => `${channel}:${thread}`;
