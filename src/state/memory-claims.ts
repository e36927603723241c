import type { Claims } from '../core/claims.ts';
import { ExpiringMap } from './expiring-map.ts';

/** `Claims` of one process: each call does its work before it first waits, so calls never interleave. */
export class MemoryClaims implements Claims {
  readonly #holders: ExpiringMap<string>;
  readonly #states: ExpiringMap<string>;
  /** A set keeps its members in the order in which they came. */
  readonly #lines = new Map<string, Set<string>>();

  constructor(now: () => number) {
    this.#holders = new ExpiringMap(now);
    this.#states = new ExpiringMap(now);
  }

  async claim(key: string, owner: string, ttlMs: number): Promise<boolean> {
    const holder = this.#holders.get(key);
    if (holder !== undefined && holder !== owner) return false;
    this.#holders.set(key, owner, ttlMs);
    return true;
  }

  async renew(key: string, owner: string, ttlMs: number): Promise<boolean> {
    if (this.#holders.get(key) !== owner) return false;
    this.#holders.set(key, owner, ttlMs);
    return true;
  }

  async release(key: string, owner: string): Promise<void> {
    if (this.#holders.get(key) === owner) this.#holders.delete(key);
  }

  async holder(key: string): Promise<string | undefined> {
    return this.#holders.get(key);
  }

  async advance(
    key: string,
    from: string | undefined,
    to: string,
    ttlMs: number,
  ): Promise<boolean> {
    if (this.#states.get(key) !== from) return false;
    this.#states.set(key, to, ttlMs);
    return true;
  }

  async state(key: string): Promise<string | undefined> {
    return this.#states.get(key);
  }

  async join(line: string, member: string): Promise<number> {
    const members = this.#lines.get(line) ?? new Set();
    this.#lines.set(line, members);
    const before = members.size;
    members.add(member);
    return members.size > before ? members.size : [...members].indexOf(member) + 1;
  }

  async leave(line: string, member: string): Promise<void> {
    const members = this.#lines.get(line);
    members?.delete(member);
    if (members?.size === 0) this.#lines.delete(line);
  }

  async line(line: string): Promise<readonly string[]> {
    return [...(this.#lines.get(line) ?? [])];
  }

  sweep(): void {
    this.#holders.sweep();
    this.#states.sweep();
  }
}
