import { DAMAGED_STATE, type Claims } from '../core/claims.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import type { Tables } from './lmdb-file.ts';
import { LmdbLine } from './lmdb-line.ts';
import { storedKey } from './stored-key.ts';

/** `Claims` as LMDB transactions, one a call. */
export class LmdbClaims implements Claims {
  readonly #environment: LmdbEnvironment;
  readonly #now: () => number;

  constructor(environment: LmdbEnvironment, now: () => number) {
    this.#environment = environment;
    this.#now = now;
  }

  async claim(key: string, owner: string, ttlMs: number): Promise<boolean> {
    return this.#environment.write((tables) => {
      const holder = this.#holder(tables, key);
      if (holder !== undefined && holder !== owner) return false;
      this.#put(tables, holderKey(key), owner, ttlMs);
      return true;
    });
  }

  async renew(key: string, owner: string, ttlMs: number): Promise<boolean> {
    return this.#environment.write((tables) => {
      if (this.#holder(tables, key) !== owner) return false;
      this.#put(tables, holderKey(key), owner, ttlMs);
      return true;
    });
  }

  async release(key: string, owner: string): Promise<void> {
    await this.#environment.write((tables) => {
      if (this.#holder(tables, key) === owner) void tables.claims.remove(holderKey(key));
    });
  }

  async holder(key: string): Promise<string | undefined> {
    return this.#environment.read((tables) => this.#holder(tables, key));
  }

  async advance(
    key: string,
    from: string | undefined,
    to: string,
    ttlMs: number,
  ): Promise<boolean> {
    return this.#environment.write((tables) => {
      if (this.#state(tables, key) !== from) return false;
      this.#put(tables, stateKey(key), to, ttlMs);
      return true;
    });
  }

  async state(key: string): Promise<string | undefined> {
    return this.#environment.read((tables) => this.#state(tables, key));
  }

  async join(line: string, member: string): Promise<number> {
    return this.#environment.write((tables) => new LmdbLine(tables, line).join(member));
  }

  async leave(line: string, member: string): Promise<void> {
    await this.#environment.write((tables) => new LmdbLine(tables, line).leave(member));
  }

  async line(line: string): Promise<readonly string[]> {
    return this.#environment.read((tables) => new LmdbLine(tables, line).members());
  }

  #put({ claims }: Tables, key: string, text: string, ttlMs: number): void {
    const entry = { expiresAt: this.#now() + ttlMs, name: '', bytes: Buffer.from(text) };
    void claims.put(key, encodeEntry(entry));
  }

  /** A damaged lease is as good as run out: its holder takes another. */
  #holder(tables: Tables, key: string): string | undefined {
    const stored = tables.claims.get(holderKey(key));
    const entry = stored && decodeEntry(stored);
    return entry && entry.expiresAt > this.#now() ? entry.bytes.toString() : undefined;
  }

  #state(tables: Tables, key: string): string | undefined {
    const stored = tables.claims.get(stateKey(key));
    if (stored === undefined) return undefined;
    const entry = decodeEntry(stored);
    if (entry === undefined) return DAMAGED_STATE;
    return entry.expiresAt > this.#now() ? entry.bytes.toString() : undefined;
  }
}

const holderKey = (key: string): string => `holder:${storedKey(key)}`;
const stateKey = (key: string): string => `state:${storedKey(key)}`;
