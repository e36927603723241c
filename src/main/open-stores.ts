import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { openEmbeddedStores } from '../state/embedded-stores.ts';
import type { OpenStores } from '../state/open-stores.ts';
import { openRedisStores } from '../state/redis-stores.ts';
import { dataFolder } from './open-model.ts';

/**
 * The stores that the settings name: Redis, which several servers share, or a file in the data folder, for one alone.
 * Fails with `store-in-use`, `store-newer`, `store-failed` or `data-unwritable`.
 */
export const openStores = (config: Config, logger: Logger): Promise<OpenStores> =>
  config.redisUrl === undefined
    ? openEmbeddedStores({ directory: dataFolder(config), now: Date.now, logger })
    : openRedisStores({ url: config.redisUrl, now: Date.now, logger });
