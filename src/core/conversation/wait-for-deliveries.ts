import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnId } from '../conversation.ts';
import type { OpenTurn } from './open-turn.ts';

/** Posting the end of a reply takes a platform a second or two. */
const DELIVERY_GRACE_MS = 3_000;
const DELIVERY_LOOK_MS = 20;

/** Gives whoever delivers what was answered just now a moment, unless `signal` aborts. */
export const waitForDeliveries = async (
  open: ReadonlyMap<TurnId, OpenTurn>,
  signal: AbortSignal,
): Promise<void> => {
  const until = performance.now() + DELIVERY_GRACE_MS;
  const owed = (): boolean => [...open.values()].some(({ log }) => log.ended);
  while (owed() && performance.now() < until && !signal.aborted) await sleep(DELIVERY_LOOK_MS);
};
