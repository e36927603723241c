import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';

export type AuditFilesOptions = {
  /** Made when the first line is written. */
  readonly folder: string;
  /** Days that lie whole before this time are deleted. */
  readonly retentionMs: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly logger: Logger;
};

/** The audit on disk: a file a day (UTC), a line an event, readable by this user alone. */
export interface AuditFiles {
  /** Returns at once; lines are written in order. `at`: milliseconds since the epoch. */
  append(line: string, at: number): void;
  /** Deletes the days that are past their time. */
  sweep(): Promise<void>;
  /** Resolves once every line is written. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const DAY_FILE = /^(\d{4}-\d{2}-\d{2})\.jsonl$/;
const OWNER_ALONE = { folder: 0o700, file: 0o600 } as const;

export const createAuditFiles = (options: AuditFilesOptions): AuditFiles => {
  const { folder, retentionMs, now, logger } = options;
  /** What is still to be written, by day. */
  let waiting = new Map<string, string[]>();
  let writing: Promise<void> = Promise.resolve();

  /** Everything that waits, in one write a day. */
  const writeWaiting = async (): Promise<void> => {
    const days = waiting;
    waiting = new Map();
    for (const [day, lines] of days) {
      try {
        await mkdir(folder, { recursive: true, mode: OWNER_ALONE.folder });
        const text = lines.map((line) => `${line}\n`).join('');
        await appendFile(join(folder, `${day}.jsonl`), text, { mode: OWNER_ALONE.file });
      } catch (error) {
        logger.error({ error, lines: lines.length }, 'lines of the audit could not be written');
      }
    }
  };

  return {
    append: (line, at) => {
      if (waiting.size === 0) writing = writing.then(writeWaiting);
      const day = dayOf(at);
      const lines = waiting.get(day);
      if (lines === undefined) waiting.set(day, [line]);
      else lines.push(line);
    },

    sweep: async () => {
      const names = await readdir(folder).catch(() => []);
      const oldest = now() - retentionMs;
      for (const name of names) {
        const [, day] = DAY_FILE.exec(name) ?? [];
        if (day === undefined || Date.parse(day) + DAY_MS > oldest) continue;
        await rm(join(folder, name), { force: true });
      }
    },

    close: () => writing,
  };
};

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** 256 bits. */
const KEY_BYTES = 32;

/**
 * The key of an installation whose operator has set none: made once and kept in `folder`, so that pseudonyms stay the
 * same. Fails with `data-unwritable`.
 */
export const readOrMakeAuditKey = async (folder: string): Promise<string> => {
  const file = join(folder, 'audit.key');
  try {
    await mkdir(folder, { recursive: true });
    // Of two processes that begin at once, the one that comes second takes the first one's.
    const key = randomBytes(KEY_BYTES).toString('hex');
    await writeFile(file, key, { flag: 'wx', mode: OWNER_ALONE.file }).catch(unlessThere);
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new WetreadError('data-unwritable', {}, { cause: error });
  }
};

const unlessThere = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EEXIST') throw error;
};
