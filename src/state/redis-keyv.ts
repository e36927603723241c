import { EventEmitter } from 'node:events';
import KeyvRedis from '@keyv/redis';
import type { KeyvStoreAdapter, StoredData } from 'keyv';
import { KEY_PREFIX, wholeMs, type RedisClient, type RedisConnection } from './redis-connection.ts';

/** How many keys the server looks at in one step of a listing. */
const SCAN_COUNT = 500;

/**
 * `@keyv/redis` over a connection of ours: its failures as `store-failed`, and the keys of a namespace, of which its own
 * iterator would read every value. Keys are `wetread:NAMESPACE:KEY`.
 */
export class RedisKeyv extends EventEmitter implements KeyvStoreAdapter {
  opts: any = {};
  /** Set by Keyv, which also puts it before every key. */
  namespace: string | undefined;
  readonly #connection: RedisConnection;
  readonly #store: KeyvRedis<unknown>;

  constructor(connection: RedisConnection) {
    super();
    this.#connection = connection;
    this.#store = new KeyvRedis(connection.client as RedisClient, {
      namespace: KEY_PREFIX,
      keyPrefixSeparator: ':',
      throwOnErrors: true,
    });
    // every failure is thrown as well
    this.#store.on('error', () => undefined);
  }

  async get<Value>(key: string): Promise<StoredData<Value> | undefined> {
    return this.#connection.run(() => this.#store.get<Value>(key));
  }

  async set(key: string, value: string, ttlMs?: number): Promise<boolean> {
    const ttl = ttlMs === undefined ? undefined : wholeMs(ttlMs);
    await this.#connection.run(() => this.#store.set(key, value, ttl));
    return true;
  }

  async delete(key: string): Promise<boolean> {
    return this.#connection.run(() => this.#store.delete(key));
  }

  async clear(): Promise<void> {
    const keys: string[] = [];
    for await (const key of this.#scan()) keys.push(key);
    if (keys.length > 0) await this.#connection.run((client) => client.unlink(keys));
  }

  async *keys(): AsyncGenerator<string> {
    const prefix = `${KEY_PREFIX}:${this.namespace}:`;
    for await (const key of this.#scan()) yield key.slice(prefix.length);
  }

  /** Each key once: the server may name one twice while its table grows. */
  async *#scan(): AsyncGenerator<string> {
    const seen = new Set<string>();
    const within = this.namespace === undefined ? '' : `${this.namespace}:`;
    let cursor = '0';
    do {
      const at = cursor;
      const page = await this.#connection.run((client) =>
        client.scan(at, { MATCH: `${KEY_PREFIX}:${within}*`, COUNT: SCAN_COUNT }),
      );
      for (const key of page.keys) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield key;
      }
      cursor = page.cursor;
    } while (cursor !== '0');
  }
}
