import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { Audit } from '../core/audit.ts';
import { createAuditLines } from '../core/audit-lines.ts';
import { createPseudonym, type Pseudonym } from '../core/pseudonym.ts';
import type { Logger } from '../log.ts';
import { createAuditFiles, readOrMakeAuditKey } from '../state/audit-files.ts';
import { dataFolder } from './open-model.ts';

export type OpenAudit = {
  readonly audit: Audit;
  /** What is past its time goes, also where no audit is written any more. */
  sweep(): Promise<void>;
  /** Resolves once every line is written. */
  close(): Promise<void>;
};

/** The audit as the settings want it. Fails with `data-unwritable`. */
export const openAudit = async (config: Config, logger: Logger): Promise<OpenAudit> => {
  const { form } = config.audit;
  const files = createAuditFiles({
    folder: join(dataFolder(config), 'audit'),
    retentionMs: config.retention.auditMs,
    now: Date.now,
    logger,
  });
  const pseudonym = form === 'hashed' ? await openPseudonym(config) : undefined;
  const append = (line: string, at: number): void => files.append(line, at);
  const lines = createAuditLines({ pseudonym, now: Date.now, append });
  return {
    audit: form === 'off' ? NO_AUDIT : lines,
    sweep: () => files.sweep(),
    close: () => files.close(),
  };
};

/** With the key that is set, or the installation's own. Fails with `data-unwritable`. */
export const openPseudonym = async (config: Config): Promise<Pseudonym> =>
  createPseudonym(config.audit.key ?? (await readOrMakeAuditKey(dataFolder(config))));

export const NO_AUDIT: Audit = { write: () => undefined };
