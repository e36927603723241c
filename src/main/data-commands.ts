import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandLineParts } from '../adapters/cli/parts.ts';
import type { Config } from '../config.ts';
import type { Stores } from '../core/blobs.ts';
import { exportFeedback } from '../core/feedback-export.ts';
import { exportCases } from '../core/teaching/export-cases.ts';
import { WetreadError } from '../errors.ts';
import type { Pseudonym } from '../core/pseudonym.ts';
import type { Logger } from '../log.ts';
import { openEmbeddedStores } from '../state/embedded-stores.ts';
import { openAudit, openPseudonym } from './open-audit.ts';
import { dataFolder } from './open-model.ts';
import { openStores } from './open-stores.ts';

type DataCommands = Pick<CommandLineParts, 'exportFeedback' | 'exportCases' | 'compactData'>;

/** What the command line does with the stores; they are opened for each command and closed again. */
export const createDataCommands = (readConfig: () => Config, logger: Logger): DataCommands => ({
  exportFeedback: (write) =>
    exported(readConfig(), logger, async ({ records }, pseudonym) =>
      write(
        exportFeedback({
          records,
          pseudonym,
          onDamaged: (error) => {
            logger.error({ error }, 'a judgement that cannot be read was left out');
          },
        }),
      ),
    ),

  exportCases: (write) =>
    exported(readConfig(), logger, async (stores, pseudonym) =>
      write(exportCases({ stores, pseudonym, logger, now: Date.now })),
    ),

  compactData: async () => {
    const config = readConfig();
    if (config.redisUrl !== undefined) throw new WetreadError('usage', { problem: NOT_OURS });
    const directory = dataFolder(config);
    const stores = await openEmbeddedStores({ directory, now: Date.now, logger });
    try {
      const bytesBefore = await bytesIn(directory);
      await stores.compact();
      return { directory, bytesBefore, bytesAfter: await bytesIn(directory) };
    } finally {
      await stores.close();
    }
  },
});

/** Opens the stores for `write`, accounts for how many it wrote, and closes them. */
const exported = async (
  config: Config,
  logger: Logger,
  write: (stores: Stores, pseudonym: Pseudonym) => Promise<number>,
): Promise<void> => {
  const stores = await openStores(config, logger);
  try {
    const audit = await openAudit(config, logger);
    const rows = await write(stores, await openPseudonym(config));
    audit.audit.write({ kind: 'export', rows });
    await audit.close();
  } finally {
    await stores.close();
  }
};

const NOT_OURS =
  "The store is a Redis server (REDIS_URL), whose files are its operator's to compact.";

/** Of every file, folders within included. */
const bytesIn = async (directory: string): Promise<number> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }) => {
      // Gone since it was listed: it takes no room.
      const facts = await stat(join(parentPath, name)).catch(() => undefined);
      return facts?.size ?? 0;
    });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};
