import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';

test('every compaction leaves nothing of what was deleted since the last one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wetread-compaction-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const logger = createLogger('silent');
  const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
  const inFile = async (words: string): Promise<boolean> =>
    (await readFile(join(directory, 'store.lmdb'))).includes(words);
  for (const words of ['Xylophone', 'Zebra', 'Quokka']) {
    await stores.records.set('turns', 'turn', words, 60_000);
    expect(await inFile(words)).toBe(true);
    await stores.records.delete('turns', 'turn');
    await stores.compact();
    expect(await inFile(words)).toBe(false);
  }
  await stores.close();
});
