import { EventEmitter } from 'node:events';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { WetreadError } from '../errors.ts';
import { decodeEntry, encodeEntry, expiryOf } from './entry.ts';
import type { LmdbEnvironment } from './lmdb-environment.ts';
import { isHashed, storedKey } from './stored-key.ts';

/** How many keys are read between two turns of the event loop. */
const CHUNK_KEYS = 500;

/**
 * A Keyv store over the records of an LMDB file. Keyv hands it keys that already begin with `namespace:`. Failures are
 * thrown as they are, `WetreadError`s: use it with `throwOnErrors`.
 */
export class LmdbKeyv extends EventEmitter implements KeyvStoreAdapter {
  /** Keyv reads and writes its own options here. */
  opts: any = {};
  /** Set by Keyv. */
  namespace: string | undefined;
  readonly #environment: LmdbEnvironment;
  readonly #now: () => number;

  constructor(environment: LmdbEnvironment, now: () => number) {
    super();
    this.#environment = environment;
    this.#now = now;
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    const stored = await this.#environment.read(({ records }) => records.get(databaseKey(key)));
    if (stored === undefined) return undefined;
    const entry = decodeEntry(stored);
    if (entry === undefined) throw new WetreadError('record-damaged');
    return entry.expiresAt > this.#now() ? (entry.bytes.toString() as Value) : undefined;
  }

  async set(key: string, value: string, ttlMs?: number): Promise<boolean> {
    const stored = databaseKey(key);
    const entry = encodeEntry({
      expiresAt: ttlMs === undefined ? Number.POSITIVE_INFINITY : this.#now() + ttlMs,
      name: isHashed(withoutNamespace(stored)) ? withoutNamespace(key) : '',
      bytes: Buffer.from(value),
    });
    await this.#environment.write(({ records }) => void records.put(stored, entry));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.#environment.write(({ records }) => {
      const stored = databaseKey(key);
      const there = records.doesExist(stored);
      if (there) void records.remove(stored);
      return there;
    });
  }

  /** All of this namespace; without one, all there is. */
  async clear(): Promise<void> {
    await this.#environment.write(({ records }) => {
      const keys = Array.from(records.getKeys(this.#range()));
      for (const key of keys) void records.remove(key);
    });
  }

  /** Keys without their namespace, of entries that are not past their time. */
  async *keys(): AsyncGenerator<string> {
    let start: string | undefined;
    do {
      const chunk = await this.#environment.read(({ records }) => {
        const range = { ...this.#range(), limit: CHUNK_KEYS };
        return [
          ...records.getRange(
            start === undefined ? range : { ...range, start, exclusiveStart: true },
          ),
        ];
      });
      for (const { key, value } of chunk) {
        const name = withoutNamespace(key);
        if (expiryOf(value) > this.#now()) yield isHashed(name) ? nameOf(value, name) : name;
      }
      start = chunk.length === CHUNK_KEYS ? chunk.at(-1)?.key : undefined;
    } while (start !== undefined);
  }

  #range(): { start: string; end: string } | Record<never, never> {
    return this.namespace === undefined
      ? {}
      : { start: `${this.namespace}:`, end: `${this.namespace};` };
  }
}

/** `namespace:key` with the key alone hashed where it must be, so that a namespace stays one range of keys. */
const databaseKey = (key: string): string => {
  const end = key.indexOf(':') + 1;
  return key.slice(0, end) + storedKey(key.slice(end));
};

const withoutNamespace = (key: string): string => key.slice(key.indexOf(':') + 1);

/** The key of a damaged entry is not known any more; its hash stands for it, and finds nothing. */
const nameOf = (value: Buffer, hash: string): string => decodeEntry(value)?.name ?? hash;
