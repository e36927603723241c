import { createMemoryStores } from '../../../src/state/memory-stores.ts';
import { describeConversation } from '../../contracts/conversation.contract.ts';

describeConversation('memory', {
  shared: false,
  open: async () => ({
    stores: createMemoryStores({ now: Date.now }),
    passTime: async (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }),
});
