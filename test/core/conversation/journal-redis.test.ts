import { spawnSync } from 'node:child_process';
import { setTimeout as passTime } from 'node:timers/promises';
import { afterAll, beforeAll, describe } from 'vitest';
import { createLogger } from '../../../src/log.ts';
import { openRedisStores } from '../../../src/state/redis-stores.ts';
import { describeConversation } from '../../contracts/conversation.contract.ts';
import type { OpenedStores } from '../../support/opened-stores.ts';
import { redisMissing, startRedis, type RedisServer } from '../../support/redis-server.ts';

if (redisMissing !== undefined) process.stderr.write(`Redis is not tested: ${redisMissing}\n`);

describe.skipIf(redisMissing !== undefined)('with a real redis-server', () => {
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  const open = async (): Promise<OpenedStores> => {
    spawnSync('redis-cli', ['-u', server.url, 'flushall']);
    const logger = createLogger('silent');
    const stores = await openRedisStores({ url: server.url, now: Date.now, logger });
    return { stores, passTime };
  };

  describeConversation('Redis', { shared: true, open });
});
