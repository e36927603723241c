import type { Conversation, Message } from '../../core/conversation.ts';
import type { TeachingCases } from '../../core/teaching-case.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { PLATFORM } from './heard-message.ts';
import type { Replies } from './replies.ts';

export type QuizRevealsOptions = {
  readonly conversation: Conversation;
  readonly cases: TeachingCases;
  readonly replies: Pick<Replies, 'follow'>;
  readonly logger: Logger;
};

/** A reveal that cannot be journalled now is told again: `due` forgets nothing. */
const AGAIN_MS = 2_000;

/** Takes the reveals that are due and has them written like any reply, until the signal aborts. */
export const followReveals = async (
  options: QuizRevealsOptions,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    try {
      for await (const due of options.cases.due(PLATFORM, signal)) await take(options, due);
    } catch (error) {
      if (signal.aborted) return;
      options.logger.warn({ error }, 'a teaching case was not revealed yet');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, AGAIN_MS);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }
};

const take = async ({ conversation, replies }: QuizRevealsOptions, due: Message): Promise<void> => {
  try {
    const turn = await conversation.take(due);
    if (turn === undefined) return;
    const { workspace, channel, thread, direct } = due;
    // It answers nothing that anybody wrote: its own id is none of Discord's.
    const address = { workspace, channel, thread, question: thread, author: undefined, direct };
    replies.follow(turn, address);
  } catch (error) {
    if (!(error instanceof WetreadError) || error.code === 'store-failed') throw error;
  }
};
