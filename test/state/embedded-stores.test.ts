import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';
import { describeBlobs } from '../contracts/blobs.contract.ts';
import { describeClaims } from '../contracts/claims.contract.ts';
import { describeRecords } from '../contracts/records.contract.ts';
import type { OpenedStores } from '../support/opened-stores.ts';

const folders: string[] = [];
const makeFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-stores-'));
  folders.push(folder);
  return folder;
};
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const open = async (): Promise<OpenedStores> => {
  let time = Date.now();
  const directory = await makeFolder();
  const logger = createLogger('silent');
  return {
    stores: await openEmbeddedStores({ directory, now: () => time, logger }),
    passTime: async (ms) => void (time += ms),
  };
};

describeRecords('the embedded store', open);
describeClaims('the embedded store', open);
describeBlobs('the embedded store', open);
