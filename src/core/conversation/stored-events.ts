import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { TurnId } from '../conversation.ts';
import type { ReplyEvent } from '../reply.ts';
import { replay } from './ending.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';

export type StoredEventsOptions = {
  readonly journal: Journal;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
  readonly lookAgainMs: number;
  /** Resolves once this process is known to own its turns still; `Owners.sure`. */
  readonly sure: () => Promise<void>;
};

/**
 * The events of a turn: live where it is answered here; whole, once it is answered, where another process does or did.
 * Fails with `turn-unknown` or `record-damaged`.
 */
export async function* storedEvents(
  options: StoredEventsOptions,
  id: TurnId,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  const { journal, open, lookAgainMs, sure } = options;
  for (;;) {
    signal.throwIfAborted();
    const turn = open.get(id);
    if (turn !== undefined) {
      for await (const event of turn.log.follow(signal)) {
        await sure();
        yield event;
      }
      return;
    }
    const state = await journal.state(id);
    switch (state) {
      case undefined:
      case 'forgotten':
        throw new WetreadError('turn-unknown');
      case 'joined': {
        const joined = await journal.joined(id);
        if (joined === undefined) throw new WetreadError('turn-unknown');
        yield* storedEvents(options, joined.joins, signal);
        return;
      }
      case 'answered':
      case 'delivered': {
        const [{ ending }, png] = await Promise.all([
          journal.progress(id),
          journal.blobs.get('pictures', id),
        ]);
        if (ending === undefined) throw new WetreadError('turn-unknown');
        yield* replay(ending, png);
        return;
      }
      case 'received':
      case 'begun':
        // Nobody can answer what cannot be read back.
        if ((await journal.turn(id)) === undefined) throw new WetreadError('record-damaged');
        // The signal is looked at above.
        await sleep(lookAgainMs, undefined, { signal }).catch(() => undefined);
    }
  }
}
