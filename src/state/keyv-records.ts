import { Keyv, type KeyvStoreAdapter } from 'keyv';
import type { Json, Namespace, Records } from '../core/records.ts';
import { WetreadError } from '../errors.ts';

/** What a store under `KeyvRecords` must tell beyond Keyv's own interface: Keyv's iterators read every value, too. */
export type KeyedStore = KeyvStoreAdapter & { keys(): AsyncIterable<string> };

const NAMESPACES = [
  'turns',
  'progress',
  'threads',
  'feedback',
  'bookmarks',
  'cases',
] as const satisfies Namespace[];

/** `Records` on Keyv: one Keyv a namespace over a store adapter of its own, values as JSON. */
export class KeyvRecords implements Records {
  readonly #keyvs: Record<Namespace, Keyv<Json>>;
  readonly #stores: Record<Namespace, KeyedStore>;

  /** @param createStore called once a namespace; its failures are passed on, so they must be `WetreadError`s */
  constructor(createStore: (namespace: Namespace) => KeyedStore) {
    const entries = NAMESPACES.map((namespace) => [namespace, createStore(namespace)] as const);
    this.#stores = Object.fromEntries(entries) as Record<Namespace, KeyedStore>;
    this.#keyvs = Object.fromEntries(
      entries.map(([namespace, store]) => [
        namespace,
        new Keyv<Json>({
          store,
          namespace,
          throwOnErrors: true,
          emitErrors: false,
          serialize,
          deserialize,
        }),
      ]),
    ) as Record<Namespace, Keyv<Json>>;
  }

  async get(namespace: Namespace, key: string): Promise<Json | undefined> {
    return this.#keyvs[namespace].get(key);
  }

  async set(namespace: Namespace, key: string, value: Json, ttlMs: number): Promise<void> {
    await this.#keyvs[namespace].set(key, value, ttlMs);
  }

  async delete(namespace: Namespace, key: string): Promise<void> {
    await this.#keyvs[namespace].delete(key);
  }

  keys(namespace: Namespace): AsyncIterable<string> {
    return this.#stores[namespace].keys();
  }
}

/** Plain JSON: Keyv's own serializer gives strings that begin with a colon another meaning. */
const serialize = (data: object): string => JSON.stringify(data);

const deserialize = <Value>(text: string): { value?: Value; expires?: number } => {
  try {
    return JSON.parse(text) as { value?: Value; expires?: number };
  } catch (error) {
    throw new WetreadError('record-damaged', {}, { cause: error });
  }
};
