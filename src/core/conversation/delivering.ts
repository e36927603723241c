import { WetreadError } from '../../errors.ts';
import type { TurnId } from '../conversation.ts';
import type { Forgetting } from './forgetting.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';

export type DeliveringOptions = {
  readonly journal: Journal;
  /** No other process can be at the stores. */
  readonly alone: boolean;
  readonly forgetting: Forgetting;
  /** Turns that this process owns. */
  readonly open: Map<TurnId, OpenTurn>;
  readonly look: (threadKey: string) => Promise<void>;
};

/** Keeps what adapters report of their replies. */
export class Delivering {
  readonly #options: DeliveringOptions;

  constructor(options: DeliveringOptions) {
    this.#options = options;
  }

  /** Fails with `turn-unknown` when this process has the turn no more. */
  async begun(id: TurnId, part: number, partId: string): Promise<void> {
    const { journal, alone, forgetting, open } = this.#options;
    const turn = open.get(id);
    if (turn === undefined) {
      if ((await journal.state(id)) !== 'forgotten') throw new WetreadError('turn-unknown');
      await forgetting.takeDownLate(id, part, partId);
      return;
    }
    const isFirst = turn.state === 'received';
    if (isFirst) turn.state = 'begun';
    await Promise.all([
      turn.savePart({ part, id: partId }),
      isFirst ? turn.persist(() => journal.advance(id, ['received'], 'begun')) : undefined,
    ]);
    // Another process that forgot it meanwhile did not know of this part.
    if (!alone && (await journal.state(id)) === 'forgotten') await forgetting.finish(turn);
  }

  /** Nothing happens unless the turn is answered. */
  async delivered(id: TurnId): Promise<void> {
    const { journal, forgetting, open, look } = this.#options;
    const turn = open.get(id);
    const record = turn?.record ?? (await journal.turn(id));
    const state = turn?.state ?? (await journal.state(id));
    if (record === undefined || state !== 'answered') return;
    const deliver = async (): Promise<boolean> => {
      const [isDelivered] = await Promise.all([
        journal.advance(id, ['answered'], 'delivered'),
        journal.leaveLine(record.threadKey, id),
        journal.leaveOpenTurns(record.message.platform, id),
      ]);
      return isDelivered;
    };
    const isDelivered = await (turn === undefined ? deliver() : turn.persist(deliver));
    if (turn !== undefined && !isDelivered) await forgetting.finish(turn);
    open.delete(id);
    void look(record.threadKey);
  }
}
