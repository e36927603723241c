import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../src/log.ts';
import { createAuditFiles, readOrMakeAuditKey } from '../../src/state/audit-files.ts';

const DAY_MS = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 10, 30);

let data: string;
let folder: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'wetread-audit-'));
  folder = join(data, 'audit');
  onTestFinished(() => rm(data, { recursive: true }));
});

const open = (over: { now?: number; logger?: ReturnType<typeof createLogger> } = {}) =>
  createAuditFiles({
    folder,
    retentionMs: 2 * DAY_MS,
    now: () => over.now ?? MIDNIGHT,
    logger: over.logger ?? createLogger('silent'),
  });
const read = (day: string) => readFile(join(folder, `${day}.jsonl`), 'utf8');

describe('the audit on disk', () => {
  test('has a file for each day, with its lines in order', async () => {
    const files = open();
    for (let n = 0; n < 1_000; n += 1)
      files.append(`{"n":${n}}`, MIDNIGHT - 1 + Math.floor(n / 500));
    await files.close();
    expect(await readdir(folder)).toEqual(['2026-11-29.jsonl', '2026-11-30.jsonl']);
    const lines = (await read('2026-11-29')) + (await read('2026-11-30'));
    expect(lines).toBe(Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}\n`).join(''));
  });

  test('goes on where an earlier process ended', async () => {
    for (const line of ['one', 'two']) {
      const files = open();
      files.append(line, MIDNIGHT);
      await files.close();
    }
    expect(await read('2026-11-30')).toBe('one\ntwo\n');
  });

  test('can be read by its owner alone', async () => {
    const files = open();
    files.append('line', MIDNIGHT);
    await files.close();
    expect((await stat(join(folder, '2026-11-30.jsonl'))).mode & 0o077).toBe(0);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  test('loses a day once the whole of it is past its time, and nothing else', async () => {
    const files = open({ now: MIDNIGHT + 2 * DAY_MS });
    await files.sweep();
    files.append('old', MIDNIGHT - 1);
    files.append('young', MIDNIGHT);
    await files.close();
    await writeFile(join(folder, 'notes.txt'), 'of the operator');
    await files.sweep();
    expect((await readdir(folder)).toSorted()).toEqual(['2026-11-30.jsonl', 'notes.txt']);
  });

  test('that cannot be written is told in the log, and the next line is tried again', async () => {
    const log = new PassThrough();
    await writeFile(folder, 'in the way');
    const files = open({ logger: createLogger('info', log) });
    files.append('lost', MIDNIGHT);
    await files.close();
    expect(JSON.parse(String(log.read()))).toMatchObject({ level: 50, lines: 1 });
    await rm(folder);
    files.append('kept', MIDNIGHT);
    await files.close();
    expect(await read('2026-11-30')).toBe('kept\n');
  });
});

describe("an installation's own key", () => {
  test('is made once, and is for its owner alone', async () => {
    const [key, again] = await Promise.all([readOrMakeAuditKey(data), readOrMakeAuditKey(data)]);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(again).toBe(key);
    expect(await readOrMakeAuditKey(data)).toBe(key);
    expect((await stat(join(data, 'audit.key'))).mode & 0o077).toBe(0);
  });

  test('says so where the folder cannot be written', async () => {
    await writeFile(folder, 'in the way');
    await expect(readOrMakeAuditKey(folder)).rejects.toMatchObject({ code: 'data-unwritable' });
  });
});
