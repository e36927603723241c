import { DAMAGED_STATE, type Claims } from '../core/claims.ts';
import { decodeEntry, encodeEntry } from './entry.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import type { LineKey, Tables } from './lmdb-file.ts';
import { storedKey } from './stored-key.ts';

/**
 * `Claims` as LMDB transactions, one a call.
 *
 * A line has a head `[line]` with its length and next number, its members in order `[line, 0, number]`, and the number
 * of each `[line, 1, member]`. So joining at the end and leaving cost the depth of a tree, however long the line; only
 * the place of one who stands in it already is counted out.
 */
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
    return this.#environment.write(({ lines }) => {
      const name = storedKey(line);
      const standing = lines.get(numberKey(name, member));
      if (typeof standing === 'number')
        return 1 + lines.getKeysCount({ start: [name, 0], end: placeKey(name, standing) });
      const { length, next } = headOf(lines.get([name]));
      void lines.put(placeKey(name, next), member);
      void lines.put(numberKey(name, member), next);
      void lines.put([name], { length: length + 1, next: next + 1 });
      return length + 1;
    });
  }

  async leave(line: string, member: string): Promise<void> {
    await this.#environment.write(({ lines }) => {
      const name = storedKey(line);
      const standing = lines.get(numberKey(name, member));
      if (typeof standing !== 'number') return;
      const { length, next } = headOf(lines.get([name]));
      void lines.remove(placeKey(name, standing));
      void lines.remove(numberKey(name, member));
      if (length > 1) void lines.put([name], { length: length - 1, next });
      else void lines.remove([name]);
    });
  }

  async line(line: string): Promise<readonly string[]> {
    return this.#environment.read(({ lines }) => {
      const name = storedKey(line);
      const members = [...lines.getRange({ start: [name, 0], end: [name, 1] })];
      return members.map(({ value }) => value as string);
    });
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
const placeKey = (line: string, place: number): LineKey => [line, 0, place];
const numberKey = (line: string, member: string): LineKey => [line, 1, storedKey(member)];

const headOf = (value: unknown): { readonly length: number; readonly next: number } =>
  (value as { length: number; next: number } | undefined) ?? { length: 0, next: 0 };
