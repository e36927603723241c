import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as passTime } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { openEmbeddedStores } from '../../../src/state/embedded-stores.ts';
import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { describeConversation } from '../../contracts/conversation.contract.ts';
import type { OpenedStores } from '../../support/opened-stores.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const openMemory = async (): Promise<OpenedStores> => ({
  stores: createMemoryStores({ now: Date.now }),
  passTime,
});

const openEmbedded = async (): Promise<OpenedStores> => {
  const directory = await mkdtemp(join(tmpdir(), 'wetread-journal-'));
  folders.push(directory);
  const logger = createLogger('silent');
  return { stores: await openEmbeddedStores({ directory, now: Date.now, logger }), passTime };
};

describeConversation('memory', { shared: false, open: openMemory });
describeConversation('memory that processes share', { shared: true, open: openMemory });
describeConversation('the embedded store', { shared: false, open: openEmbedded });
