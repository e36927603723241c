import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Blobs } from '../../src/core/blobs.ts';
import type { OpenedStores } from '../support/opened-stores.ts';

const LONG_MS = 3_600_000;
const SHORT_MS = 250;

const bytesOf = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + seed) % 256);

/** What every `Blobs` keeps. See `src/core/blobs.ts`. Each test uses names of its own. */
export const describeBlobs = (name: string, open: () => Promise<OpenedStores>): void => {
  describe(`${name} keeps the blobs contract`, () => {
    let opened: OpenedStores;
    let blobs: Blobs;

    beforeAll(async () => {
      opened = await open();
      blobs = opened.stores.blobs;
    });
    afterAll(() => opened.stores.close());

    test('knows nothing of what was never written', async () => {
      expect(await blobs.get('films', 'never')).toBeUndefined();
    });

    test.each([0, 1, 255, 3_000_000])('gives back %i bytes as they were', async (length) => {
      await blobs.put('films', `of ${length}`, bytesOf(length, 7), LONG_MS);
      const got = await blobs.get('films', `of ${length}`);
      expect(got).toBeInstanceOf(Uint8Array);
      expect(Buffer.compare(got ?? Buffer.from('none'), bytesOf(length, 7))).toBe(0);
    });

    test('keeps the same name apart on each shelf', async () => {
      await blobs.put('films', 'shared', bytesOf(10, 1), LONG_MS);
      await blobs.put('pictures', 'shared', bytesOf(10, 2), LONG_MS);
      await blobs.delete('films', 'shared');
      expect(await blobs.get('films', 'shared')).toBeUndefined();
      expect([...((await blobs.get('pictures', 'shared')) ?? [])]).toEqual([...bytesOf(10, 2)]);
    });

    test('deletes, also what is not there', async () => {
      await blobs.put('films', 'deleted', bytesOf(10, 1), LONG_MS);
      await blobs.delete('films', 'deleted');
      await blobs.delete('films', 'deleted');
      expect(await blobs.get('films', 'deleted')).toBeUndefined();
    });

    test('begins the time anew when a name is put again', async () => {
      await blobs.put('films', 'renewed', bytesOf(10, 1), SHORT_MS);
      await blobs.put('films', 'renewed', bytesOf(10, 1), LONG_MS);
      await opened.passTime(SHORT_MS + 50);
      expect([...((await blobs.get('films', 'renewed')) ?? [])]).toEqual([...bytesOf(10, 1)]);
    });

    test('forgets what is past its time, before and after a sweep', async () => {
      await blobs.put('films', 'brief', bytesOf(10, 1), SHORT_MS);
      await blobs.put('films', 'long', bytesOf(10, 1), LONG_MS);
      expect(await blobs.get('films', 'brief')).toBeDefined();
      await opened.passTime(SHORT_MS + 50);
      expect(await blobs.get('films', 'brief')).toBeUndefined();
      await blobs.sweep();
      expect(await blobs.get('films', 'brief')).toBeUndefined();
      expect(await blobs.get('films', 'long')).toBeDefined();
    });

    test('is not changed by what is done afterwards to what was given or got', async () => {
      const bytes = bytesOf(10, 1);
      await blobs.put('films', 'mine', bytes, LONG_MS);
      bytes.fill(9);
      (await blobs.get('films', 'mine'))?.fill(8);
      expect([...((await blobs.get('films', 'mine')) ?? [])]).toEqual([...bytesOf(10, 1)]);
    });

    test('takes any name, and tells names from one another', async () => {
      const names = ['../../up', 'a/b', 'A', 'a', 'con', '.', 'x'.repeat(900), 'ß\u0000\n', ' '];
      for (const [index, each] of names.entries())
        await blobs.put('pictures', each, bytesOf(4, index), LONG_MS);
      for (const [index, each] of names.entries())
        expect([...((await blobs.get('pictures', each)) ?? [])]).toEqual([...bytesOf(4, index)]);
    });

    test('writes one name from several hands at once and ends whole', async () => {
      const versions = Array.from({ length: 8 }, (_, seed) => bytesOf(200_000, seed));
      await Promise.all(versions.map((bytes) => blobs.put('films', 'rush', bytes, LONG_MS)));
      const got = await blobs.get('films', 'rush');
      expect(versions.some((bytes) => Buffer.compare(bytes, got ?? bytesOf(1, 0)) === 0)).toBe(
        true,
      );
    });

    test('keeps what is not past its time through a compaction', async () => {
      await blobs.put('films', 'kept', bytesOf(10, 3), LONG_MS);
      await opened.stores.compact();
      expect([...((await blobs.get('films', 'kept')) ?? [])]).toEqual([...bytesOf(10, 3)]);
    });
  });
};
