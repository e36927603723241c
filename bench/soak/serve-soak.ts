/** The process of a soak that is killed: the conversation core with its stores and the scripted platform's adapter. */
import type { Conversation } from '../../src/core/conversation.ts';
import {
  CONVERSATION_LIMITS,
  type ConversationLimits,
} from '../../src/core/conversation/limits.ts';
import { createLogger, type Logger } from '../../src/log.ts';
import type { OpenStores } from '../../src/state/open-stores.ts';
import { connectToPlatform } from '../../test/support/platform-client.ts';
import { createRandom } from '../../test/support/random.ts';
import { SCRIPTED_PLATFORM, ScriptedAdapter } from '../../test/support/scripted-adapter.ts';
import { makeFaulty } from './faulty-stores.ts';
import { openScripted } from './open-scripted.ts';
import { sabotaged } from './sabotage.ts';
import { createSoakModel } from './soak-model.ts';
import type { ServerOptions, SoakStore } from './soak-server.ts';

/** Of the calls to the stores, how many fail. */
const STORE_FAILS = 0.002;
const GRACE_MS = 5_000;
const MOST_STARTS = 5;

/** A soak has no minutes to wait: what takes seconds in a server takes tenths here. */
const LIMITS: ConversationLimits = {
  ...CONVERSATION_LIMITS,
  timings: {
    ...CONVERSATION_LIMITS.timings,
    leaseMs: 2_500,
    renewMs: 500,
    lookAgainMs: 50,
    recoverMs: 250,
    joinMs: 150,
  },
};

/** Loads the one that is used: a process that is killed often has to start fast. */
const openStores = async (store: SoakStore, logger: Logger): Promise<OpenStores> => {
  if (store.kind === 'lmdb') {
    const { openEmbeddedStores } = await import('../../src/state/embedded-stores.ts');
    return openEmbeddedStores({ directory: store.directory, now: Date.now, logger });
  }
  const { openRedisStores } = await import('../../src/state/redis-stores.ts');
  return openRedisStores({ url: store.url, now: Date.now, logger });
};

const { platformUrl, store, seed, sabotage } = JSON.parse(process.argv[2] ?? '') as ServerOptions;
const random = createRandom(seed);
const logger = createLogger('silent');
const stores = await openStores(store, logger);
const client = connectToPlatform(platformUrl);
const options = {
  stores: makeFaulty(stores, random, STORE_FAILS),
  alone: store.kind === 'lmdb',
  model: createSoakModel(random),
  fetchers: {
    [SCRIPTED_PLATFORM]: ({ film = '' }: Readonly<Record<string, string>>) => client.film(film),
  },
  limits: LIMITS,
  logger,
};
/** A store that fails while the conversation opens ends a process; whoever runs it starts it once more, as is done here. */
const open = (starts: number): Promise<Conversation> =>
  openScripted(options).catch((error: unknown) => {
    if (starts === 1) throw error;
    return open(starts - 1);
  });
const conversation = await open(MOST_STARTS);
const stopping = new AbortController();
const platform = sabotaged(client, sabotage, random);
const adapter = new ScriptedAdapter({ conversation, platform, signal: stopping.signal });
const running = adapter.run();
process.send?.('ready');

// Whoever started it is gone.
process.once('disconnect', () => process.exit(1));
process.once('SIGTERM', () => {
  stopping.abort();
  void conversation
    .close(GRACE_MS)
    .then(() => running)
    .then(() => stores.close())
    .then(() => process.exit(0));
});
await running;
