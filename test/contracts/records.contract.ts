import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Json, Records } from '../../src/core/records.ts';
import { collect } from '../support/collect.ts';
import type { OpenedStores } from '../support/opened-stores.ts';

const LONG_MS = 3_600_000;

/** Long enough to be read back before it ends, on a busy machine too; short enough to wait for. */
const SHORT_MS = 250;

/** What every `Records` keeps. See `src/core/records.ts`. Each test uses keys of its own. */
export const describeRecords = (name: string, open: () => Promise<OpenedStores>): void => {
  describe(`${name} keeps the records contract`, () => {
    let opened: OpenedStores;
    let records: Records;

    beforeAll(async () => {
      opened = await open();
      records = opened.stores.records;
    });
    afterAll(() => opened.stores.close());

    test('knows nothing of what was never written', async () => {
      expect(await records.get('turns', 'never')).toBeUndefined();
    });

    test.each<[string, Json]>([
      ['an object in an object', { words: 'Is there an effusion?', at: { parts: [1, 2.5, null] } }],
      ['a list', [true, false, 'x']],
      ['a string with quotes, lines and other scripts', '"Is\n\u0000 das \\ 胸部 🫁?\''],
      ['an empty string', ''],
      ['zero', 0],
      ['false', false],
      ['null', null],
      ['an empty object', {}],
    ])('gives back %s as it was written', async (what, value) => {
      await records.set('turns', `value ${what}`, value, LONG_MS);
      expect(await records.get('turns', `value ${what}`)).toEqual(value);
    });

    test('keeps a megabyte under one key', async () => {
      const value = { text: 'é'.repeat(500_000) };
      await records.set('turns', 'large', value, LONG_MS);
      expect(await records.get('turns', 'large')).toEqual(value);
    });

    test('replaces what was there, and its time', async () => {
      await records.set('turns', 'replaced', { tries: 1 }, SHORT_MS);
      await records.set('turns', 'replaced', { tries: 2 }, LONG_MS);
      await opened.passTime(SHORT_MS + 50);
      expect(await records.get('turns', 'replaced')).toEqual({ tries: 2 });
    });

    test('is not changed by what is done afterwards to what was given or got', async () => {
      const value = { parts: ['1'] };
      await records.set('turns', 'mine', value, LONG_MS);
      value.parts.push('2');
      const got = (await records.get('turns', 'mine')) as { parts: string[] };
      got.parts.push('3');
      expect(await records.get('turns', 'mine')).toEqual({ parts: ['1'] });
    });

    test('keeps the same key apart in every namespace', async () => {
      await records.set('turns', 'same', 'a turn', LONG_MS);
      await records.set('threads', 'same', 'a thread', LONG_MS);
      await records.delete('turns', 'same');
      expect(await records.get('turns', 'same')).toBeUndefined();
      expect(await records.get('threads', 'same')).toBe('a thread');
    });

    test('deletes, also what is not there', async () => {
      await records.set('turns', 'deleted', 1, LONG_MS);
      await records.delete('turns', 'deleted');
      await records.delete('turns', 'deleted');
      expect(await records.get('turns', 'deleted')).toBeUndefined();
    });

    test('forgets what is past its time, before any sweep', async () => {
      await records.set('turns', 'brief', 1, SHORT_MS);
      await records.set('turns', 'long', 1, LONG_MS);
      expect(await records.get('turns', 'brief')).toBe(1);
      await opened.passTime(SHORT_MS + 50);
      expect(await records.get('turns', 'brief')).toBeUndefined();
      expect(await records.get('turns', 'long')).toBe(1);
    });

    test('lists the keys of a namespace that are not past their time', async () => {
      const awkward = 'slack:T1:C1/2 "ß" 胸\u0000\n*?[a]';
      await records.set('feedback', 'one', 1, LONG_MS);
      await records.set('feedback', awkward, 1, LONG_MS);
      await records.set('feedback', 'x'.repeat(1000), 1, LONG_MS);
      await records.set('feedback', 'brief', 1, SHORT_MS);
      await records.set('feedback', 'deleted', 1, LONG_MS);
      await records.delete('feedback', 'deleted');
      await records.set('threads', 'another', 1, LONG_MS);
      await opened.passTime(SHORT_MS + 50);
      const keys = await collect(records.keys('feedback'));
      expect(keys.toSorted()).toEqual(['one', awkward, 'x'.repeat(1000)].toSorted());
    });

    test.each([
      ['a thousand characters', 'k'.repeat(999)],
      ['a thousand characters of three bytes', '胸'.repeat(999)],
      ['control characters', 'a\u0000b\u0001c\nd'],
      ['glob characters and colons', '*:?:[x]:^:\\'],
      ['half of a surrogate pair', 'x\ud800y'],
      ['nothing but a space', ' '],
    ])('tells keys of %s from one another', async (_what, key) => {
      await records.set('turns', `${key}1`, 'first', LONG_MS);
      await records.set('turns', `${key}2`, 'second', LONG_MS);
      expect(await records.get('turns', `${key}1`)).toBe('first');
      expect(await records.get('turns', `${key}2`)).toBe('second');
    });

    test('takes many writes at once, the last one of each key winning', async () => {
      const writes = Array.from({ length: 300 }, (_, index) =>
        records.set('turns', `many ${index % 100}`, index, LONG_MS),
      );
      await Promise.all(writes);
      for (let index = 0; index < 100; index++)
        expect(await records.get('turns', `many ${index}`)).toBe(200 + index);
    });

    test('keeps what is not past its time through a sweep and a compaction', async () => {
      await records.set('turns', 'kept', 'still here', LONG_MS);
      await opened.stores.sweep();
      await opened.stores.compact();
      expect(await records.get('turns', 'kept')).toBe('still here');
      await records.set('turns', 'kept', 'and writable', LONG_MS);
      expect(await records.get('turns', 'kept')).toBe('and writable');
    });
  });
};
