import { afterEach, beforeEach } from 'vitest';
import type { Stores } from '../../src/core/blobs.ts';
import type { Conversation } from '../../src/core/conversation.ts';
import type { OpenedStores } from './opened-stores.ts';
import type { ScriptedModel } from './scripted-model.ts';
import { createReader } from './scripted-reader.ts';
import { ANSWERS, open, withTimings, type OpenOptions } from './test-conversation.ts';

export const HEART = 'How is the heart?';
export const LUNGS = 'How are the lungs?';

/** The key of the thread that messages of tests are in. */
export const THREAD = JSON.stringify(['test', 'w', 'c', 't']);

/** A lease that a test can wait for. */
export const SHORT_LEASE = withTimings({ leaseMs: 250, renewMs: 60, recoverMs: 40, heedMs: 30 });

/** Fresh stores for each test, and conversations over them that end with it. */
export type ConversationStage = {
  readonly stores: Stores;
  /** More than one process may be at the stores. */
  readonly shared: boolean;
  converse(model?: ScriptedModel, options?: OpenOptions): Promise<Conversation>;
};

export const useStage = (
  openStores: () => Promise<OpenedStores>,
  shared: boolean,
): ConversationStage => {
  let opened: OpenedStores;
  const left: Conversation[] = [];

  beforeEach(async () => {
    opened = await openStores();
  });
  afterEach(async () => {
    await Promise.all(left.splice(0).map((conversation) => conversation.close(0)));
    await opened.stores.close();
  });

  return {
    get stores() {
      return opened.stores;
    },
    shared,
    converse: async (model = createReader(ANSWERS), options = {}) => {
      const conversation = await open(model, { stores: opened.stores, ...options });
      left.push(conversation);
      return conversation;
    },
  };
};

/** Waits, a minute at most: on a machine under load a crash and its recovery take a while. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};
