import type { Blobs, Shelf } from '../core/blobs.ts';
import type { Json, Namespace, Records } from '../core/records.ts';
import { ExpiringMap } from './expiring-map.ts';
import { MemoryClaims } from './memory-claims.ts';
import type { OpenStores } from './open-stores.ts';

class MemoryRecords implements Records {
  /** As JSON text: what the caller does to a value afterwards does not change what is kept. */
  readonly #texts: ExpiringMap<string>;

  constructor(texts: ExpiringMap<string>) {
    this.#texts = texts;
  }

  async get(namespace: Namespace, key: string): Promise<Json | undefined> {
    const text = this.#texts.get(`${namespace}:${key}`);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  }

  async set(namespace: Namespace, key: string, value: Json, ttlMs: number): Promise<void> {
    this.#texts.set(`${namespace}:${key}`, JSON.stringify(value), ttlMs);
  }

  async delete(namespace: Namespace, key: string): Promise<void> {
    this.#texts.delete(`${namespace}:${key}`);
  }

  async *keys(namespace: Namespace): AsyncIterable<string> {
    const prefix = `${namespace}:`;
    for (const key of this.#texts.keys())
      if (key.startsWith(prefix)) yield key.slice(prefix.length);
  }
}

class MemoryBlobs implements Blobs {
  readonly #bytes: ExpiringMap<Uint8Array>;

  constructor(bytes: ExpiringMap<Uint8Array>) {
    this.#bytes = bytes;
  }

  async put(shelf: Shelf, name: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    this.#bytes.set(`${shelf}:${name}`, Uint8Array.from(bytes), ttlMs);
  }

  async get(shelf: Shelf, name: string): Promise<Uint8Array | undefined> {
    return this.#bytes.get(`${shelf}:${name}`)?.slice();
  }

  async delete(shelf: Shelf, name: string): Promise<void> {
    this.#bytes.delete(`${shelf}:${name}`);
  }

  async sweep(): Promise<void> {
    this.#bytes.sweep();
  }
}

/** Stores that live and die with the process: for the command line, which keeps nothing, and for tests. */
export const createMemoryStores = ({ now }: { readonly now: () => number }): OpenStores => {
  const texts = new ExpiringMap<string>(now);
  const bytes = new ExpiringMap<Uint8Array>(now);
  const claims = new MemoryClaims(now);
  const sweep = async (): Promise<void> => {
    texts.sweep();
    bytes.sweep();
    claims.sweep();
  };
  return {
    records: new MemoryRecords(texts),
    claims,
    blobs: new MemoryBlobs(bytes),
    sweep,
    compact: sweep,
    close: async () => {
      texts.clear();
      bytes.clear();
    },
  };
};
