import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** An empty folder for a store, gone after the test. */
export const makeStateFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-state-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
