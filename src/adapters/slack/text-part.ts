import { isDeepStrictEqual } from 'node:util';
import type { Abilities } from './abilities.ts';
import { keyedMetadata } from './delivery-key.ts';
import { quietMarkdown } from './quiet-mrkdwn.ts';
import type { ReplyIdentity } from './reply-address.ts';
import { endBlocks, messageOf } from './reply-blocks.ts';
import type { TextContent } from './reply-content.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { anyAnswer, postedAnswer } from './wire.ts';

/** A stream is given more words at most this often, a message that is edited half as often. */
const APPEND_MS = 700;
const EDIT_MS = 1_500;
/** Slack ends a stream about five minutes after its start, traffic or not: it is ended before. */
const STREAM_MS = 4.5 * 60_000;
/** What must reach Slack is tried for so long. */
const SETTLE_MS = 30 * 60_000;

export type TextPartOptions = ReplyIdentity & {
  readonly api: SlackApi;
  readonly part: number;
  readonly abilities: Abilities;
  /** Looks in the thread for this part: after a try of which nobody knows whether it succeeded. */
  readonly find: (part: number) => Promise<string | undefined>;
  /** Milliseconds. */
  readonly now: () => number;
};

/**
 * One message of a reply's words: streamed as they come, or posted and edited where that cannot be. However it was
 * shown meanwhile, it ends as the whole content: an edit replaces everything, so no word is lost or said twice.
 */
export class TextPart {
  readonly #options: TextPartOptions;
  #ts: string | undefined;
  #stored = false;
  /** `sent`: in Markdown, as Slack has it. */
  #stream: { readonly startedAt: number; sent: string } | undefined;
  /** What Slack shows, as far as is known. */
  #shown: TextContent | undefined;
  #drawnAt = -Infinity;

  constructor(options: TextPartOptions, ts: string | undefined) {
    this.#options = options;
    this.#ts = ts;
    this.#stored = ts !== undefined;
  }

  /** Shows it as far as it has come, if there is time and room for that; may do nothing. */
  async draft(content: TextContent, streams: boolean): Promise<void> {
    const { now } = this.#options;
    const pauseMs = this.#stream === undefined ? EDIT_MS : APPEND_MS;
    if (wholeWords(content.text).trim() === '' || now() < this.#drawnAt + pauseMs) return;
    this.#drawnAt = now();
    try {
      if (this.#ts === undefined) await this.#begin(content, streams);
      else if (this.#stream === undefined) await this.#redraw(content);
      else await this.#append(content);
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
    }
    // A call may take longer than the pause: the next one comes a whole pause after it.
    this.#drawnAt = now();
  }

  /** Brings Slack to show exactly this. Fails with a `SlackFailure` when it cannot. */
  async settle(content: TextContent): Promise<void> {
    if (this.#stream !== undefined && (await this.#finish(content))) return;
    if (this.#ts === undefined) await this.#post(content, SETTLE_MS);
    if (isDeepStrictEqual(this.#shown, content)) return;
    await this.#edit(content);
  }

  /** A stream is not left open when the reply is left to somebody else. */
  async leave(): Promise<void> {
    if (this.#stream !== undefined) await this.#closeStream();
  }

  async remove(): Promise<void> {
    if (this.#stream !== undefined) await this.#closeStream();
    if (this.#ts !== undefined) await deleteMessage(this.#options.api, this.#options, this.#ts);
  }

  async #begin(content: TextContent, streams: boolean): Promise<void> {
    const { api, channel } = this.#options;
    if (streams && this.#options.abilities.streams) {
      if (!api.hasSpare('chat.startStream')) return;
      if (await this.#startStream(content)) return;
    }
    if (api.hasSpare('chat.postMessage', { channel })) await this.#post(content, 0);
  }

  /** False: there are no streams here. */
  async #startStream(content: TextContent): Promise<boolean> {
    const { api, channel, thread, reader, direct, abilities, now, part } = this.#options;
    const markdown_text = quietMarkdown(wholeWords(content.text));
    const recipient =
      direct || reader === undefined
        ? {}
        : { recipient_user_id: reader.user, recipient_team_id: reader.team };
    try {
      const args = { channel, thread_ts: thread, markdown_text, ...recipient };
      const { ts } = await api.call('chat.startStream', args, postedAnswer, { patienceMs: 0 });
      this.#stream = { startedAt: now(), sent: markdown_text };
      await this.#hold(ts);
      return true;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      if (error.kind === 'refused') {
        abilities.streamRefused(error.code);
        return false;
      }
      // Perhaps it was begun: then it is there without a key, and becomes a message that is edited.
      if (error.kind === 'unsure') await this.#hold(await this.#options.find(part));
      return true;
    }
  }

  async #append(content: TextContent): Promise<void> {
    const { api, channel, now } = this.#options;
    const stream = this.#stream;
    if (stream === undefined) return;
    const markdown = quietMarkdown(wholeWords(content.text));
    if (now() > stream.startedAt + STREAM_MS || !markdown.startsWith(stream.sent)) {
      await this.#closeStream();
      return;
    }
    const more = markdown.slice(stream.sent.length);
    if (more === '' || !api.hasSpare('chat.appendStream')) return;
    try {
      const args = { channel, ts: this.#ts, markdown_text: more };
      await api.call('chat.appendStream', args, anyAnswer, { patienceMs: 0 });
      stream.sent = markdown;
    } catch (error) {
      // Not done, and nothing is wrong with the stream.
      if (error instanceof SlackFailure && error.kind === 'limited') return;
      await this.#closeStream();
    }
  }

  /** Ends the stream with the rest. False: it did not end so, and the message is to be edited. */
  async #finish(content: TextContent): Promise<boolean> {
    const { api, channel, turn, part, now, abilities } = this.#options;
    const stream = this.#stream;
    if (stream === undefined) return false;
    const isOver = now() > stream.startedAt + STREAM_MS;
    const markdown = quietMarkdown(content.text);
    if (isOver || !markdown.startsWith(stream.sent)) {
      await this.#closeStream();
      return false;
    }
    const more = markdown.slice(stream.sent.length);
    const blocks = endBlocks(turn, content, abilities);
    try {
      await api.call(
        'chat.stopStream',
        {
          channel,
          ts: this.#ts,
          ...(more === '' ? {} : { markdown_text: more }),
          ...(blocks.length === 0 ? {} : { blocks }),
          metadata: keyedMetadata(turn, part),
        },
        anyAnswer,
      );
      this.#stream = undefined;
      this.#shown = content;
      return true;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      await this.#closeStream();
      return false;
    }
  }

  /** Whatever the stream shows now, it is a message like any other from here on. */
  async #closeStream(): Promise<void> {
    const { api, channel } = this.#options;
    this.#stream = undefined;
    this.#shown = undefined;
    try {
      await api.call('chat.stopStream', { channel, ts: this.#ts }, anyAnswer, { repeatable: true });
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
    }
  }

  async #redraw(content: TextContent): Promise<void> {
    if (!this.#options.api.hasSpare('chat.update')) return;
    if (!isDeepStrictEqual(this.#shown, content)) await this.#update(content, 0);
  }

  /** Posts once; when nobody knows whether that succeeded, it is looked for before the next try. */
  async #post(content: TextContent, patienceMs: number): Promise<void> {
    const { api, channel, thread, part, find, signal, now, abilities } = this.#options;
    let hadFeedback = false;
    for (const giveUpAt = now() + patienceMs; ;) {
      try {
        const options = { patienceMs, signal };
        hadFeedback = abilities.feedbackButtons;
        const message = { channel, thread_ts: thread, ...this.#message(content), mrkdwn: false };
        const { ts } = await api.call('chat.postMessage', message, postedAnswer, options);
        this.#shown = content;
        await this.#hold(ts);
        return;
      } catch (error) {
        if (!(error instanceof SlackFailure)) throw error;
        if (abilities.blocksRefused(error.code, hadFeedback)) continue;
        if (error.kind !== 'unsure') throw error;
        const found = await find(part);
        await this.#hold(found);
        if (found !== undefined) return;
        if (now() >= giveUpAt) throw error;
      }
    }
  }

  async #edit(content: TextContent): Promise<void> {
    const { abilities } = this.#options;
    const hadFeedback = abilities.feedbackButtons;
    try {
      await this.#update(content, SETTLE_MS);
    } catch (error) {
      if (!(error instanceof SlackFailure) || error.kind !== 'refused') throw error;
      // Somebody took it away: then it is not wanted.
      if (error.code === 'message_not_found') return;
      const isStreaming = /stream/.test(error.code);
      if (isStreaming) await this.#closeStream();
      if (isStreaming || abilities.blocksRefused(error.code, hadFeedback)) {
        await this.#update(content, SETTLE_MS);
        return;
      }
      if (!UNEDITABLE.has(error.code)) throw error;
      // A workspace may close messages to edits after a while: then the whole of it is said anew.
      const before = this.#ts;
      this.#ts = undefined;
      this.#stored = false;
      await this.#post(content, SETTLE_MS);
      if (before !== undefined) await deleteMessage(this.#options.api, this.#options, before);
    }
  }

  async #update(content: TextContent, patienceMs: number): Promise<void> {
    const { api, channel, signal } = this.#options;
    const message = this.#message(content);
    const options = { repeatable: true, patienceMs, signal };
    await api.call('chat.update', { channel, ts: this.#ts, ...message }, anyAnswer, options);
    this.#shown = content;
  }

  #message(content: TextContent) {
    const { turn, part, abilities } = this.#options;
    const metadata = keyedMetadata(turn, part);
    return { ...messageOf(turn, content, abilities), metadata, ...INERT };
  }

  async #hold(ts: string | undefined): Promise<void> {
    if (ts === undefined) return;
    this.#ts = ts;
    if (this.#stored) return;
    await this.#options.begun({ part: this.#options.part, id: ts });
    this.#stored = true;
  }
}

/** A stream is given whole words: what makes one a link or an emoji may come with its last letters. */
const wholeWords = (text: string): string => /^[\s\S]*\s/.exec(text)?.[0] ?? '';

/** Nothing in a text is looked for but what blocks say: no names, no channels, no previews. */
const INERT = { parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false };

const UNEDITABLE: ReadonlySet<string> = new Set([
  'edit_window_closed',
  'cant_update_message',
  'msg_too_long',
]);

/** Resolves also when it is gone, or was never ours to delete. */
export const deleteMessage = async (
  api: SlackApi,
  { channel, signal }: { readonly channel: string; readonly signal?: AbortSignal },
  ts: string,
): Promise<void> => {
  try {
    const options = { repeatable: true, patienceMs: SETTLE_MS, signal };
    await api.call('chat.delete', { channel, ts }, anyAnswer, options);
  } catch (error) {
    if (!(error instanceof SlackFailure) || error.kind !== 'refused') throw error;
  }
};
