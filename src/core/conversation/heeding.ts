import type { Logger } from '../../log.ts';
import type { Forgetting } from './forgetting.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';
import type { Stopping } from './stopping.ts';

export type HeedingOptions = {
  readonly journal: Journal;
  readonly logger: Logger;
  readonly forgetting: Forgetting;
  readonly stopping: Stopping;
};

/** Does what other processes want of the turns that are open here. Never fails. */
export const heed = async (
  { journal, logger, forgetting, stopping }: HeedingOptions,
  open: Iterable<OpenTurn>,
): Promise<void> => {
  const heedOne = async (turn: OpenTurn): Promise<void> => {
    const [state, stop] = await Promise.all([
      journal.state(turn.id),
      journal.settled('stop', turn.id),
    ]);
    if (state === 'forgotten') await forgetting.finish(turn);
    else if (stop !== undefined && !turn.stopping.signal.aborted) stopping.stopHere(turn);
  };
  const running = [...open].filter(({ stage }) => stage !== 'ended');
  for (const outcome of await Promise.allSettled(running.map(heedOne)))
    if (outcome.status === 'rejected')
      logger.warn({ error: outcome.reason }, 'a turn was not looked at');
};
