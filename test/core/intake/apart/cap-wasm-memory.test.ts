import type { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { startWorker } from '../../../../src/start-worker.ts';

test('a module of WebAssembly is refused memory above the limit, and only that', async () => {
  const worker: Worker = startWorker(import.meta.url, './grow-memory', {});
  const grown = await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(grown).toEqual(['grown', 'RangeError']);
});
