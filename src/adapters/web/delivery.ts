import { setTimeout as sleep } from 'node:timers/promises';
import type { Conversation, TurnId, Unfinished } from '../../core/conversation.ts';
import { toWetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { PLATFORM } from './web-message.ts';

export type DeliveryOptions = {
  readonly conversation: Conversation;
  readonly logger: Logger;
  readonly id: () => string;
  /** The server closes; what is not delivered then waits in the journal. */
  readonly closing: AbortSignal;
};

/** A store that failed is asked again after this. */
const RETRY_MS = 1_000;

/**
 * Delivers to a platform that keeps nothing: the page asks for a turn's events whenever it wants to show them, so a
 * reply has one part, and is delivered as soon as the conversation has stored its ending.
 */
export interface Delivery {
  /** Follows a turn that was taken here to its end. */
  begin(turn: TurnId): void;
  /** Does what a process that is gone has left, until the server closes. */
  recover(): void;
}

export const createDelivery = (options: DeliveryOptions): Delivery => {
  const { conversation, logger, id, closing } = options;

  const deliver = async (turn: TurnId): Promise<void> => {
    let begun = false;
    for await (const event of conversation.events(turn, closing)) {
      if (begun || event.type === 'status') continue;
      begun = true;
      await conversation.begun(turn, 0, turn);
    }
    if (!closing.aborted) await conversation.delivered(turn);
  };

  /** Until it is done, or there is nothing to do any more. */
  const insist = async (work: () => Promise<void>): Promise<void> => {
    while (!closing.aborted) {
      try {
        return await work();
      } catch (error) {
        const failure = toWetreadError(error, id());
        // Forgotten meanwhile: nothing is owed.
        if (closing.aborted || failure.code === 'turn-unknown') return;
        logger.warn(
          { error: failure, code: failure.code },
          'a reply of the page was not delivered',
        );
        if (!failure.retryable) return;
      }
      await sleep(RETRY_MS, undefined, { signal: closing }).catch(() => undefined);
    }
  };

  const finish = ({ turn, duty }: Unfinished): Promise<void> =>
    // A page that shows a forgotten reply loses it with its next reload; there is nothing to take down elsewhere.
    insist(() => (duty === 'deliver' ? deliver(turn) : conversation.takenDown(turn)));

  return {
    begin: (turn) => void insist(() => deliver(turn)),
    recover: () =>
      void insist(async () => {
        for await (const left of conversation.unfinished(PLATFORM, closing)) void finish(left);
      }),
  };
};
