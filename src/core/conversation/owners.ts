import { setTimeout as sleep } from 'node:timers/promises';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { Claims } from '../claims.ts';
import type { TurnId } from '../conversation.ts';
import { persist, persistBriefly } from './persist.ts';

export type OwnersOptions = {
  readonly claims: Claims;
  readonly logger: Logger;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly id: () => string;
  readonly leaseMs: number;
  readonly renewMs: number;
  /** How long an ownership is remembered: as long as turns are. */
  readonly ownershipMs: number;
  /** No other process can be at these stores, so every other owner is one that has died. */
  readonly alone: boolean;
  /** The lease ran out: somebody else may own by now what this process owned. */
  readonly onLost: () => void;
};

/**
 * Of a lease, how much may be over before it has to be renewed before anything is said: what is said then is on the
 * platform long before somebody else may take over. A process that renews in time has always more left.
 */
const SURE_SHARE = 0.6;

/** A store that cannot renew is asked again after this. */
const RENEW_AGAIN_MS = 50;

/**
 * Which process owns which turn. A process lives as long as it renews its lease; what a dead one owned may be taken
 * over. A process that could not renew in time goes on as a new one, and owns nothing.
 */
export class Owners {
  readonly #options: OwnersOptions;
  #me: string;
  #renewedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #renewing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: OwnersOptions) {
    this.#options = options;
    this.#me = options.id();
  }

  get me(): string {
    return this.#me;
  }

  /** Fails with `store-failed` or `disk-full`. */
  async start(): Promise<void> {
    await persistBriefly(() => this.#lease());
    this.#timer = setInterval(() => {
      this.#renewing = this.#renewing.then(() => this.#renew());
    }, this.#options.renewMs).unref();
  }

  /** Whether whoever owns something is still there to answer for it. */
  async isAlive(owner: string): Promise<boolean> {
    if (owner === this.#me) return true;
    if (this.#options.alone) return false;
    return (await this.#options.claims.holder(leaseOf(owner))) === owner;
  }

  /**
   * Resolves once the lease is known to hold for some time yet, as a rule at once. Who was held up for longer (a machine
   * that slept, a process that got no time) may be taken for dead, and says nothing before it knows. Fails with `closing`
   * when it was: what it owned may be somebody else's by now.
   */
  async sure(): Promise<void> {
    const { alone, leaseMs, now } = this.#options;
    const me = this.#me;
    while (!alone && !this.#closed && now() - this.#renewedAt > SURE_SHARE * leaseMs) {
      const renewedAt = this.#renewedAt;
      this.#renewing = this.#renewing.then(() => this.#renew());
      await this.#renewing;
      if (this.#me !== me) throw new WetreadError('closing');
      if (this.#renewedAt === renewedAt) await sleep(RENEW_AGAIN_MS);
    }
  }

  ownerOf(turn: TurnId): Promise<string | undefined> {
    return this.#options.claims.state(`owner:${turn}`);
  }

  /** Makes this process the owner of a turn that `from` owned (undefined: nobody). False: somebody else was quicker. */
  async own(turn: TurnId, from: string | undefined): Promise<boolean> {
    const { claims, ownershipMs } = this.#options;
    const me = this.#me;
    if (from === me) return true;
    if (await claims.advance(`owner:${turn}`, from, me, ownershipMs)) return true;
    return (await this.ownerOf(turn)) === me;
  }

  /** Gives the lease back: what is left can be taken over at once. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#renewing;
    try {
      await this.#options.claims.release(leaseOf(this.#me), this.#me);
    } catch (error) {
      // It runs out by itself.
      this.#options.logger.warn({ error }, 'the lease was not given back');
    }
  }

  async #lease(): Promise<void> {
    const { claims, leaseMs, now } = this.#options;
    const at = now();
    if (!(await claims.claim(leaseOf(this.#me), this.#me, leaseMs)))
      throw new WetreadError('store-failed');
    this.#renewedAt = at;
  }

  async #renew(): Promise<void> {
    const { claims, leaseMs, renewMs, now, logger } = this.#options;
    if (this.#closed) return;
    const at = now();
    try {
      if (await claims.renew(leaseOf(this.#me), this.#me, leaseMs)) {
        this.#renewedAt = at;
        return;
      }
    } catch (error) {
      logger.warn({ error }, 'the lease was not renewed');
      // The next renewal may still come in time.
      if (now() - this.#renewedAt + renewMs < leaseMs) return;
    }
    await this.#beginAnew();
  }

  async #beginAnew(): Promise<void> {
    const { logger, id, onLost } = this.#options;
    logger.error('the lease was lost; running turns are left to whoever takes them over');
    this.#me = id();
    onLost();
    const ending = new AbortController();
    await persist(
      async () => {
        if (this.#closed) ending.abort();
        else await this.#lease();
      },
      ending.signal,
      logger,
    ).catch(() => undefined);
  }
}

const leaseOf = (process: string): string => `process:${process}`;
