import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { TurnId, Unfinished } from '../conversation.ts';
import type { ReplyEvent } from '../reply.ts';
import { replay } from './ending.ts';
import type { Journal } from './journal.ts';
import { OpenTurn } from './open-turn.ts';
import type { Owners } from './owners.ts';
import { ThreadMemory } from './thread-memory.ts';
import type { FilmParts } from './turn-films.ts';
import type { TurnProgress, TurnRecord, TurnState } from './turn-record.ts';
import type { Unfinisheds } from './unfinisheds.ts';

export type RecoveryOptions = FilmParts & {
  readonly journal: Journal;
  readonly owners: Owners;
  readonly logger: Logger;
  /** Turns that this process owns. */
  readonly open: Map<TurnId, OpenTurn>;
  readonly taking: Pick<ReadonlySet<TurnId>, 'has'>;
  readonly unfinisheds: Unfinisheds;
  readonly look: (threadKey: string) => Promise<void>;
};

/** Finds what dead processes left, and makes it this process's own. */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** Turns that are being taken over just now. */
  readonly #adopting = new Map<TurnId, Promise<OpenTurn | undefined>>();

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /**
   * Takes over a turn that `owner` owned, to be run here: one that was cut off is answered anew, of one that was answered
   * the stored ending is said again. undefined: somebody else was quicker.
   */
  adopt(
    record: TurnRecord,
    found: TurnState | undefined,
    owner: string | undefined,
  ): Promise<OpenTurn | undefined> {
    const known = this.#adopting.get(record.id);
    if (known !== undefined) return known;
    const adopted = this.#adopt(record, found, owner).finally(() =>
      this.#adopting.delete(record.id),
    );
    this.#adopting.set(record.id, adopted);
    return adopted;
  }

  async #adopt(
    record: TurnRecord,
    found: TurnState | undefined,
    owner: string | undefined,
  ): Promise<OpenTurn | undefined> {
    const { journal, owners, open, taking } = this.#options;
    const { id } = record;
    if (!(await owners.own(id, owner))) return undefined;
    // A message whose taking was cut off is taken now.
    if (found === undefined) {
      await journal.joinLines(record);
      await journal.advance(id, [undefined], 'received');
    }
    const [current, progress, stop, memory] = await Promise.all([
      journal.state(id),
      journal.progress(id),
      journal.settled('stop', id),
      ThreadMemory.read(journal, record.threadKey),
    ]);
    if (!isOpen(current)) return undefined;
    // Everything that may fail comes before the turn is open: one that is half taken over would be answered once more.
    const said = await this.#resume(id, current, progress, memory);
    const known = open.get(id);
    if (known !== undefined) return known;
    if (taking.has(id)) return undefined;
    const state = said === undefined ? current : 'answered';
    const turn = new OpenTurn(this.#options, { record, state, progress, recovered: true });
    open.set(id, turn);
    if (stop !== undefined) turn.stopping.abort(new WetreadError('stopped'));
    if (said !== undefined) turn.stage = 'ended';
    for (const event of said ?? []) turn.log.add(event);
    this.#options.unfinisheds.add(record.message.platform, {
      turn: id,
      message: placeOf(record.message),
      author: record.message.author,
      duty: 'deliver',
      parts: progress.parts,
    });
    return turn;
  }

  /** Looks through a platform's turns that have something left to do. */
  async sweep(platform: string): Promise<void> {
    const { journal, owners, open, logger } = this.#options;
    const alive = new Map<string, Promise<boolean>>();
    const isAlive = (owner: string): Promise<boolean> => {
      const known = alive.get(owner) ?? owners.isAlive(owner);
      alive.set(owner, known);
      return known;
    };
    const threads = new Set<string>();
    for (const id of await journal.openTurns(platform)) {
      if (open.has(id) || this.#options.taking.has(id)) continue;
      try {
        const owner = await owners.ownerOf(id);
        if (owner !== undefined && owner !== owners.me && (await isAlive(owner))) continue;
        const threadKey = await this.#recover(platform, id, owner);
        if (threadKey !== undefined) threads.add(threadKey);
      } catch (error) {
        logger.warn({ error }, 'a turn was not recovered');
      }
    }
    await Promise.all([...threads].map((threadKey) => this.#options.look(threadKey)));
  }

  /** Resolves to the thread whose line is to be looked at. */
  async #recover(
    platform: string,
    id: TurnId,
    owner: string | undefined,
  ): Promise<string | undefined> {
    const { journal } = this.#options;
    const [state, record] = await Promise.all([journal.state(id), journal.turn(id)]);
    if (state === 'forgotten') {
      await this.#recoverTakeDown(platform, id, owner);
      return undefined;
    }
    if (record === undefined || state === 'delivered' || state === 'joined') {
      await journal.leaveOpenTurns(platform, id);
      if (record !== undefined) await journal.leaveLine(record.threadKey, id);
      return record?.threadKey;
    }
    const line = await journal.line(record.threadKey);
    if (!line.includes(id)) await this.adopt(record, state, owner);
    return record.threadKey;
  }

  async #recoverTakeDown(platform: string, id: TurnId, owner: string | undefined): Promise<void> {
    const { journal, owners, unfinisheds } = this.#options;
    const left = await journal.takeDown(id);
    if (left === undefined || left.parts.length === 0) {
      await journal.leaveOpenTurns(platform, id);
      return;
    }
    // What is this process's own duty is on its list already.
    if (owner === owners.me || !(await owners.own(id, owner))) return;
    const { takeDown: message, parts } = left;
    unfinisheds.add(platform, { turn: id, message, duty: 'take-down', parts });
  }

  /**
   * An ending that was stored whole stands, also when the process died before it could say so. Resolves to its events;
   * undefined: the turn is to be answered anew.
   */
  async #resume(
    id: TurnId,
    state: TurnState,
    { ending, writesThread }: TurnProgress,
    memory: ThreadMemory,
  ): Promise<readonly ReplyEvent[] | undefined> {
    const { journal } = this.#options;
    if (ending === undefined) return undefined;
    const isWhole = state === 'answered' || !writesThread || memory.after === id;
    if (!isWhole) return undefined;
    const png = await journal.blobs.get('pictures', id);
    if (!(await journal.advance(id, ['begun', 'received'], 'answered'))) return undefined;
    return replay(ending, png);
  }
}

const isOpen = (state: TurnState | undefined): state is 'received' | 'begun' | 'answered' =>
  state === 'received' || state === 'begun' || state === 'answered';

const placeOf = ({
  platform,
  workspace,
  channel,
  thread,
  id,
}: TurnRecord['message']): Unfinished['message'] => ({ platform, workspace, channel, thread, id });
