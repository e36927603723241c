import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { proveUploads } from '../bench/privacy-proof/run-proof.ts';

/** Each film is searched, read, and searched again; on loaded cores that takes its time. */
const TIMEOUT_MS = 300_000;

const prove = async (count: number, textPolicy?: 'warn') => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-proof-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return proveUploads({ count, seed: 3, folder, ...(textPolicy && { textPolicy }) });
};

test(
  'of films with identifiers in tags, names, EXIF, comments and pixels none is left anywhere',
  async () => {
    const { uploads, confirmed, searched, pictures, found } = await prove(5);
    expect({ uploads, confirmed, found }).toEqual({ uploads: 5, confirmed: 5, found: [] });
    expect(pictures).toBeGreaterThanOrEqual(5);
    const empty = ['data', 'log', 'endpoint', 'page', 'slack'].filter((where) => !searched[where]);
    expect(empty).toEqual([]);
  },
  TIMEOUT_MS,
);

test(
  'identifiers that are left in the pixels are found: the search works',
  async () => {
    const { found } = await prove(4, 'warn');
    expect(found).not.toEqual([]);
  },
  TIMEOUT_MS,
);
