import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Claims } from '../../src/core/claims.ts';
import type { OpenedStores } from '../support/opened-stores.ts';

const LONG_MS = 3_600_000;
const SHORT_MS = 250;

/** What every `Claims` keeps. See `src/core/claims.ts`. Each test uses keys of its own. */
export const describeClaims = (name: string, open: () => Promise<OpenedStores>): void => {
  describe(`${name} keeps the claims contract`, () => {
    let opened: OpenedStores;
    let claims: Claims;

    beforeAll(async () => {
      opened = await open();
      claims = opened.stores.claims;
    });
    afterAll(() => opened.stores.close());

    test('gives a thing to one owner, who may take it again', async () => {
      expect(await claims.holder('thing')).toBeUndefined();
      expect(await claims.claim('thing', 'a', LONG_MS)).toBe(true);
      expect(await claims.claim('thing', 'b', LONG_MS)).toBe(false);
      expect(await claims.claim('thing', 'a', LONG_MS)).toBe(true);
      expect(await claims.holder('thing')).toBe('a');
    });

    test('gives a thing to exactly one of many who ask at once', async () => {
      const owners = Array.from({ length: 40 }, (_, index) => `owner ${index}`);
      const got = await Promise.all(owners.map((owner) => claims.claim('crowd', owner, LONG_MS)));
      expect(got.filter(Boolean)).toHaveLength(1);
      expect(await claims.holder('crowd')).toBe(owners[got.indexOf(true)]);
    });

    test('is free again when the time has run out', async () => {
      await claims.claim('lease', 'a', SHORT_MS);
      await opened.passTime(SHORT_MS + 50);
      expect(await claims.holder('lease')).toBeUndefined();
      expect(await claims.renew('lease', 'a', LONG_MS)).toBe(false);
      expect(await claims.claim('lease', 'b', LONG_MS)).toBe(true);
    });

    test('takes a new time when it is claimed or renewed by its holder', async () => {
      await claims.claim('renewed', 'a', SHORT_MS);
      await claims.claim('reclaimed', 'a', SHORT_MS);
      expect(await claims.renew('renewed', 'a', LONG_MS)).toBe(true);
      expect(await claims.claim('reclaimed', 'a', LONG_MS)).toBe(true);
      await opened.passTime(SHORT_MS + 50);
      expect(await claims.holder('renewed')).toBe('a');
      expect(await claims.holder('reclaimed')).toBe('a');
    });

    test('is renewed and released by its holder alone', async () => {
      await claims.claim('held', 'a', LONG_MS);
      expect(await claims.renew('held', 'b', LONG_MS)).toBe(false);
      await claims.release('held', 'b');
      expect(await claims.holder('held')).toBe('a');
      await claims.release('held', 'a');
      await claims.release('held', 'a');
      expect(await claims.holder('held')).toBeUndefined();
      expect(await claims.renew('held', 'a', LONG_MS)).toBe(false);
    });

    test('advances a state only from where it stands', async () => {
      expect(await claims.state('turn')).toBeUndefined();
      expect(await claims.advance('turn', 'received', 'begun', LONG_MS)).toBe(false);
      expect(await claims.advance('turn', undefined, 'received', LONG_MS)).toBe(true);
      expect(await claims.advance('turn', undefined, 'received', LONG_MS)).toBe(false);
      expect(await claims.advance('turn', 'begun', 'answered', LONG_MS)).toBe(false);
      expect(await claims.state('turn')).toBe('received');
      expect(await claims.advance('turn', 'received', 'begun', LONG_MS)).toBe(true);
      expect(await claims.advance('turn', 'begun', 'begun', LONG_MS)).toBe(true);
      expect(await claims.state('turn')).toBe('begun');
    });

    test('lets exactly one of many advance a state', async () => {
      const tries = Array.from({ length: 40 }, (_, index) =>
        claims.advance('race', undefined, `winner ${index}`, LONG_MS),
      );
      const got = await Promise.all(tries);
      expect(got.filter(Boolean)).toHaveLength(1);
      expect(await claims.state('race')).toBe(`winner ${got.indexOf(true)}`);
    });

    test('keeps a state for its time from the last change', async () => {
      await claims.advance('brief', undefined, 'a', SHORT_MS);
      await claims.advance('long', undefined, 'a', SHORT_MS);
      await claims.advance('long', 'a', 'b', LONG_MS);
      await claims.advance('refused', undefined, 'a', SHORT_MS);
      await claims.advance('refused', 'b', 'c', LONG_MS);
      await opened.passTime(SHORT_MS + 50);
      expect(await claims.state('brief')).toBeUndefined();
      expect(await claims.state('refused')).toBeUndefined();
      expect(await claims.state('long')).toBe('b');
      expect(await claims.advance('brief', undefined, 'again', LONG_MS)).toBe(true);
    });

    test('keeps who holds a key, its state and its line apart', async () => {
      await claims.claim('one key', 'a', LONG_MS);
      expect(await claims.state('one key')).toBeUndefined();
      expect(await claims.line('one key')).toEqual([]);
      await claims.advance('one key', undefined, 's', LONG_MS);
      await claims.join('one key', 'm');
      await claims.release('one key', 'a');
      expect(await claims.state('one key')).toBe('s');
      expect(await claims.line('one key')).toEqual(['m']);
    });

    test('lets members into a line in the order in which they join, each once', async () => {
      expect(await claims.line('line')).toEqual([]);
      expect(await claims.join('line', 'c')).toBe(1);
      expect(await claims.join('line', 'a')).toBe(2);
      expect(await claims.join('line', 'b')).toBe(3);
      expect(await claims.join('line', 'a')).toBe(2);
      expect(await claims.line('line')).toEqual(['c', 'a', 'b']);
    });

    test('closes the gap when a member leaves, and lets it join again at the end', async () => {
      for (const member of ['a', 'b', 'c']) await claims.join('gap', member);
      await claims.leave('gap', 'a');
      await claims.leave('gap', 'a');
      await claims.leave('gap', 'never there');
      expect(await claims.line('gap')).toEqual(['b', 'c']);
      expect(await claims.join('gap', 'c')).toBe(2);
      expect(await claims.join('gap', 'a')).toBe(3);
      await claims.leave('gap', 'c');
      expect(await claims.join('gap', 'd')).toBe(3);
      expect(await claims.line('gap')).toEqual(['b', 'a', 'd']);
    });

    test('begins a line afresh when the last member has left', async () => {
      await claims.join('emptied', 'a');
      await claims.leave('emptied', 'a');
      expect(await claims.line('emptied')).toEqual([]);
      expect(await claims.join('emptied', 'b')).toBe(1);
    });

    test('gives every one of many who join at once a place of its own, in the order of the calls', async () => {
      const members = Array.from({ length: 60 }, (_, index) => `m${index}`);
      const places = await Promise.all(members.map((member) => claims.join('rush', member)));
      expect(places).toEqual(members.map((_, index) => index + 1));
      expect(await claims.line('rush')).toEqual(members);
    });

    test('keeps lines apart whose names or members resemble one another', async () => {
      await claims.join('thread:a', 'b:1');
      await claims.join('thread:a:b', '1');
      await claims.join('thread:', 'a');
      expect(await claims.line('thread:a')).toEqual(['b:1']);
      expect(await claims.line('thread:a:b')).toEqual(['1']);
      expect(await claims.line('thread:')).toEqual(['a']);
    });

    test.each([
      ['a thousand characters', 'k'.repeat(999)],
      ['a thousand characters of three bytes', '胸'.repeat(999)],
      ['control and glob characters', 'a\u0000b*[x]\n\u0001'],
    ])('takes keys, owners, states and members of %s', async (_what, text) => {
      expect(await claims.claim(`${text}1`, text, LONG_MS)).toBe(true);
      expect(await claims.claim(`${text}2`, 'other', LONG_MS)).toBe(true);
      expect(await claims.holder(`${text}1`)).toBe(text);
      expect(await claims.advance(`${text}1`, undefined, text, LONG_MS)).toBe(true);
      expect(await claims.state(`${text}1`)).toBe(text);
      expect(await claims.join(`${text}1`, `${text}1`)).toBe(1);
      expect(await claims.join(`${text}1`, `${text}2`)).toBe(2);
      expect(await claims.line(`${text}1`)).toEqual([`${text}1`, `${text}2`]);
    });

    test('keeps claims, states and lines through a sweep and a compaction', async () => {
      await claims.claim('swept', 'a', LONG_MS);
      await claims.advance('swept', undefined, 's', LONG_MS);
      await claims.join('swept', 'x');
      await claims.join('swept', 'y');
      await opened.stores.sweep();
      await opened.stores.compact();
      expect(await claims.holder('swept')).toBe('a');
      expect(await claims.state('swept')).toBe('s');
      expect(await claims.line('swept')).toEqual(['x', 'y']);
      expect(await claims.join('swept', 'z')).toBe(3);
    });
  });
};
