import type { Stores } from '../../src/core/blobs.ts';
import { WetreadError } from '../../src/errors.ts';

export type SeverableStores = {
  readonly stores: Stores;
  /** Calls so far that write. */
  readonly writes: number;
  /** Lets so many more writes through, and then nothing: to the stores, the process has died. */
  severAfter(writes: number): void;
  /** Resolves when a call was refused. */
  readonly severed: Promise<void>;
};

const WRITES: readonly string[] = [
  'set',
  'delete',
  'put',
  'claim',
  'renew',
  'release',
  'advance',
  'join',
  'leave',
];

/** Stores that a test can part a conversation from, as a crash would. */
export const severable = (stores: Stores): SeverableStores => {
  let writes = 0;
  let left = Infinity;
  let sever = (): void => {};
  const severed = new Promise<void>((resolve) => (sever = resolve));
  const keysOf = (records: Stores['records']) =>
    async function* (...args: Parameters<Stores['records']['keys']>) {
      for await (const key of records.keys(...args)) {
        if (left === 0) throw new WetreadError('store-failed');
        yield key;
      }
    };
  const guard = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'keys') return keysOf(target as unknown as Stores['records']);
        return async (...args: unknown[]): Promise<unknown> => {
          if (WRITES.includes(String(name)) && left > 0) {
            writes += 1;
            left -= 1;
            return (value as (...all: unknown[]) => unknown).apply(target, args);
          }
          if (left > 0) return (value as (...all: unknown[]) => unknown).apply(target, args);
          sever();
          throw new WetreadError('store-failed');
        };
      },
    });
  return {
    stores: {
      records: guard(stores.records),
      claims: guard(stores.claims),
      blobs: guard(stores.blobs),
    },
    get writes() {
      return writes;
    },
    severAfter: (more) => {
      left = more;
      if (more === 0) sever();
    },
    severed,
  };
};
