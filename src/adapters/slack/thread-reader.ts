import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { repliesAnswer, type SlackMessage } from './wire.ts';

/** Messages of a page. Apps that are distributed outside the Marketplace get 15 at most, whatever they ask for. */
const PAGE = 200;
/** A thread with more is not read to its end: 1,000 messages are a week of a busy one. */
const MOST_PAGES = 5;

export type ThreadPlace = { readonly channel: string; readonly thread: string };

export type ReadOptions = { readonly patienceMs?: number; readonly signal?: AbortSignal };

/** The messages of a thread, oldest first, its root among them. Fails with a `SlackFailure` when they are not all to be had. */
export const readThread = async (
  api: SlackApi,
  place: ThreadPlace,
  options: ReadOptions = {},
): Promise<readonly SlackMessage[]> => {
  const { messages, failure } = await readThreadSoFar(api, place, options);
  if (failure !== undefined) throw failure;
  return messages;
};

/** As many of them as can be had; `failure` says why those after them cannot. */
export const readThreadSoFar = async (
  api: SlackApi,
  { channel, thread }: ThreadPlace,
  options: ReadOptions,
): Promise<{
  readonly messages: readonly SlackMessage[];
  readonly failure: SlackFailure | undefined;
}> => {
  const messages: SlackMessage[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const args = { channel, ts: thread, limit: PAGE, include_all_metadata: true };
    try {
      const answer = await api.call(
        'conversations.replies',
        cursor === undefined ? args : { ...args, cursor },
        repliesAnswer,
        { repeatable: true, ...options },
      );
      messages.push(...answer.messages);
      cursor = answer.response_metadata?.next_cursor || undefined;
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      return { messages, failure: error };
    }
    if (cursor === undefined) break;
  }
  return { messages, failure: undefined };
};

/** The first messages of a thread: the root and `count - 1` replies. */
export const readThreadStart = async (
  api: SlackApi,
  { channel, thread }: ThreadPlace,
  count: number,
): Promise<readonly SlackMessage[]> => {
  const args = { channel, ts: thread, limit: count };
  const { messages } = await api.call('conversations.replies', args, repliesAnswer, {
    repeatable: true,
    patienceMs: 2_000,
  });
  return messages.slice(0, count);
};
