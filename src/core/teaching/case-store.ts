import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Stores } from '../blobs.ts';
import { DAMAGED_STATE } from '../claims.ts';
import type { Json } from '../records.ts';
import type { CaseId } from '../teaching-case.ts';
import { KEPT_MS, type CaseLimits } from './case-limits.ts';
import type { CaseRecord, CaseState } from './case-record.ts';

export type CaseStoreOptions = {
  readonly stores: Stores;
  readonly limits: Pick<CaseLimits, 'retentionMs'>;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** The namespace `cases`: what is written for a case has the case's time, and goes when the case is forgotten meanwhile. */
export class CaseStore {
  readonly #options: CaseStoreOptions;

  constructor(options: CaseStoreOptions) {
    this.#options = options;
  }

  get claims(): Stores['claims'] {
    return this.#options.stores.claims;
  }

  get blobs(): Stores['blobs'] {
    return this.#options.stores.blobs;
  }

  /** A damaged one is to be revealed: no answer counts any more, and its film stays hidden until then. */
  async state(id: CaseId): Promise<CaseState | undefined> {
    const state = await this.claims.state(`case:${id}`);
    return (state === DAMAGED_STATE ? 'revealing:1' : state) as CaseState | undefined;
  }

  /** A moderator keeps it. */
  async isKept(id: CaseId): Promise<boolean> {
    return (await this.claims.state(`case-kept:${id}`)) === 'kept';
  }

  /** How long what is written of a case now is kept: from its reveal on, unless a moderator keeps it. */
  async ttlOf({ id, revealAt }: CaseRecord): Promise<number> {
    const { limits, now } = this.#options;
    if (await this.isKept(id)) return KEPT_MS;
    const isRevealed = (await this.state(id)) === 'revealed';
    return (isRevealed ? 0 : Math.max(0, revealAt - now())) + limits.retentionMs;
  }

  /** Fails with `case-unknown` when the case was forgotten meanwhile; then nothing of it is left. */
  async write(record: CaseRecord, key: string, value: unknown): Promise<void> {
    await this.writeFor(key, value, await this.ttlOf(record));
    if ((await this.state(record.id)) !== 'forgotten') return;
    await this.delete(key);
    throw new WetreadError('case-unknown');
  }

  writeFor(key: string, value: unknown, ttlMs: number): Promise<void> {
    return this.#options.stores.records.set('cases', key, value as Json, ttlMs);
  }

  delete(key: string): Promise<void> {
    return this.#options.stores.records.delete('cases', key);
  }

  /** What cannot be read back is as if it had never been written. */
  async read<Value>(key: string): Promise<Value | undefined> {
    const { stores, logger } = this.#options;
    try {
      return (await stores.records.get('cases', key)) as Value | undefined;
    } catch (error) {
      if (!(error instanceof WetreadError) || error.code !== 'record-damaged') throw error;
      logger.error({ error }, 'a record of a teaching case is damaged and was given up');
      return undefined;
    }
  }

  /** A state cannot be deleted; its time can be over at once. */
  async dropState(key: string): Promise<void> {
    const state = await this.claims.state(key);
    if (state !== undefined) await this.claims.advance(key, state, state, 1);
  }
}
