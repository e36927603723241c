import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { TurnId } from '../conversation.ts';
import { commandIn, type Command } from './command.ts';
import type { Journal } from './journal.ts';
import type { OpenTurn } from './open-turn.ts';
import type { TurnRecord } from './turn-record.ts';

export type StoppingOptions = {
  readonly journal: Journal;
  readonly logger: Logger;
  /** Turns that this process owns. */
  readonly open: ReadonlyMap<TurnId, OpenTurn>;
  readonly mayForget: (record: TurnRecord) => Promise<boolean>;
  /** Ends a turn that waits. Never fails. */
  readonly endWaiting: (turn: OpenTurn) => Promise<void>;
};

/** Ends turns before their time, wherever they are answered. */
export class Stopping {
  readonly #options: StoppingOptions;

  constructor(options: StoppingOptions) {
    this.#options = options;
  }

  /** Fails with `turn-unknown`. */
  async stop(id: TurnId): Promise<void> {
    const { journal, open } = this.#options;
    const turn = open.get(id);
    if (turn !== undefined) {
      this.stopHere(turn);
      return;
    }
    const state = await journal.state(id);
    if (state === undefined || state === 'forgotten') throw new WetreadError('turn-unknown');
    // Its owner heeds that.
    if (state === 'received' || state === 'begun') await journal.settle('stop', id, 'stop');
  }

  stopHere(turn: OpenTurn): void {
    const { journal, logger, endWaiting } = this.#options;
    turn.stopping.abort(new WetreadError('stopped'));
    if (turn.stage === 'waiting') turn.done = endWaiting(turn);
    if (turn.stage !== 'running') return;
    // Whoever goes on with it after a crash stops, too.
    journal.settle('stop', turn.id, 'stop').catch((error: unknown) => {
      logger.warn({ error }, 'a stop was not kept');
    });
  }

  /** A typed "stop" or "forget" does not wait behind what it ends. Never fails. */
  async obeyAtOnce({ id, threadKey, record }: OpenTurn): Promise<void> {
    const { journal, logger } = this.#options;
    const command = record.refused === undefined ? commandOf(record) : undefined;
    if (command !== 'stop' && command !== 'forget') return;
    try {
      if (command === 'forget' && !(await this.#options.mayForget(record))) return;
      const line = await journal.line(threadKey);
      const before = line.slice(0, Math.max(0, line.indexOf(id)));
      await Promise.all(before.map((other) => this.stop(other)));
    } catch (error) {
      logger.warn({ error }, 'a turn was not stopped');
    }
  }
}

const commandOf = ({ message }: TurnRecord): Command | undefined =>
  message.ask === undefined && message.attachments.length === 0
    ? commandIn(message.text)
    : undefined;
