import type { Stores } from '../../src/core/blobs.ts';

const WRITES = new Set([
  'records.set',
  'records.delete',
  'claims.claim',
  'claims.renew',
  'claims.release',
  'claims.advance',
  'claims.join',
  'claims.leave',
  'blobs.put',
  'blobs.delete',
]);

type Call = { readonly name: string; readonly args: readonly unknown[] };

/**
 * Writes in the order in which they were begun. Those of one wave were under way together; a wave begins when one of the
 * wave before has ended.
 */
export type Waves = readonly (readonly Call[])[];

/** Stores that note their writes, so that they can be made again with nothing around them. */
export const recordWrites = (
  stores: Stores,
): { readonly stores: Stores; readonly take: () => Waves } => {
  let waves: Call[][] = [];
  let hasEnded = true;
  const note = (call: Call): void => {
    if (hasEnded) waves.push([]);
    hasEnded = false;
    waves.at(-1)?.push(call);
  };
  const watch = <Store extends object>(store: Store, group: string): Store =>
    new Proxy(store, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target);
        if (typeof value !== 'function') return value;
        const name = `${group}.${String(member)}`;
        return (...args: unknown[]): unknown => {
          if (WRITES.has(name)) note({ name, args });
          const result: unknown = Reflect.apply(value, target, args);
          if (WRITES.has(name))
            void Promise.resolve(result).finally(() => {
              hasEnded = true;
            });
          return result;
        };
      },
    });
  return {
    stores: {
      records: watch(stores.records, 'records'),
      claims: watch(stores.claims, 'claims'),
      blobs: watch(stores.blobs, 'blobs'),
    },
    take: () => {
      const taken = waves;
      waves = [];
      hasEnded = true;
      return taken;
    },
  };
};

/** Makes the writes again, wave by wave. */
export const writeAgain = async (stores: Stores, waves: Waves): Promise<void> => {
  for (const wave of waves) {
    await Promise.all(
      wave.map(({ name, args }) => {
        const [group = '', member = ''] = name.split('.');
        const store: unknown = Reflect.get(stores, group);
        return Reflect.apply(Reflect.get(store as object, member) as never, store, args) as unknown;
      }),
    );
  }
};
