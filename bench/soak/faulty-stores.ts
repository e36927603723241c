import type { Stores } from '../../src/core/blobs.ts';
import { WetreadError } from '../../src/errors.ts';
import type { Random } from '../../test/support/random.ts';

/** Stores of which one call in so many fails, as its contract says: `store-failed`, and nothing has changed. */
export const makeFaulty = (
  { records, claims, blobs }: Stores,
  random: Random,
  probability: number,
): Stores => {
  const mayFail = <Store extends object>(store: Store): Store =>
    new Proxy(store, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]): unknown => {
          const result = (): unknown => Reflect.apply(member, target, args);
          // An iteration is begun, not called: it may be left alone.
          if (name === 'keys' || !random.chance(probability)) return result();
          return Promise.reject(new WetreadError('store-failed'));
        };
      },
    });
  return { records: mayFail(records), claims: mayFail(claims), blobs: mayFail(blobs) };
};
