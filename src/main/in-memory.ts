import { createMemoryStores } from '../state/memory-stores.ts';
import { NO_AUDIT } from './open-audit.ts';
import type { OpenOptions } from './open-conversation.ts';

/** What a conversation stands on that ends with its process and is nobody else's: a terminal's, a benchmark's. */
export const inMemory = (): Pick<OpenOptions, 'stores' | 'alone' | 'audit' | 'fetchers'> => ({
  stores: createMemoryStores({ now: Date.now }),
  alone: true,
  audit: NO_AUDIT,
  fetchers: () => ({}),
});
