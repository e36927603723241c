import { WetreadError } from '../../errors.ts';
import type { TurnId } from '../conversation.ts';
import type { Forgetting } from './forgetting.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';

export type CheckOwnOptions = {
  readonly journal: Journal;
  /** No other process can be at the stores. */
  readonly alone: boolean;
  readonly owners: Owners;
  readonly forgetting: Forgetting;
  /** Turns that this process owns. */
  readonly open: Map<TurnId, OpenTurn>;
};

/** Interrupts a turn that is another process's by now: it forgot the turn, or this one was held up for too long. */
export const checkOwn = async (
  { journal, alone, owners, forgetting, open }: CheckOwnOptions,
  turn: OpenTurn,
): Promise<void> => {
  if (alone || (await owners.ownerOf(turn.id)) === owners.me) return;
  // Who forgets a turn owns it from then on, as its parts are to be taken down.
  if ((await journal.state(turn.id)) === 'forgotten') {
    turn.interrupt(new WetreadError('turn-unknown'));
    void forgetting.finishLater(turn);
    return;
  }
  turn.interrupt(new WetreadError('closing'));
  open.delete(turn.id);
};
