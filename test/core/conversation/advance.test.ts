import { expect, test } from 'vitest';
import { Journal } from '../../../src/core/conversation/journal.ts';
import { CONVERSATION_LIMITS } from '../../../src/core/conversation/limits.ts';
import { createLogger } from '../../../src/log.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';

const TTL_MS = 60_000;

test('a turn whose reply begins while it is answered is answered all the same', async () => {
  const stores = createMemoryStores({ now: () => 0 });
  const { claims } = stores;
  await claims.advance('turn:t', undefined, 'received', TTL_MS);
  // The reply's first part is stored between the two looks at where the turn stands.
  const looked: (string | undefined)[] = [];
  const crossed = new Proxy(claims, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (name !== 'advance') return typeof member === 'function' ? member.bind(target) : member;
      return async (key: string, from: string | undefined, to: string, ttlMs: number) => {
        const advanced = await target.advance(key, from, to, ttlMs);
        if (looked.push(from) === 1) await target.advance(key, 'received', 'begun', ttlMs);
        return advanced;
      };
    },
  });
  const parts = { ...stores, claims: crossed };
  const journal = new Journal(parts, CONVERSATION_LIMITS, createLogger('silent'));
  expect(await journal.advance('t', ['begun', 'received'], 'answered')).toBe(true);
  expect(looked).toContain('received');
  expect(await claims.state('turn:t')).toBe('answered');
});

test('a turn that is over does not go back', async () => {
  const stores = createMemoryStores({ now: () => 0 });
  await stores.claims.advance('turn:t', undefined, 'delivered', TTL_MS);
  const journal = new Journal(stores, CONVERSATION_LIMITS, createLogger('silent'));
  expect(await journal.advance('t', ['begun', 'received'], 'answered')).toBe(false);
});
