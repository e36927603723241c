import keyvTestSuite from '@keyv/test-suite';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LmdbEnvironment } from '../../src/state/lmdb-environment.ts';
import { LmdbKeyv } from '../../src/state/lmdb-keyv.ts';

const { afterAll, describe } = vitest;

// The suite takes vitest's functions; the packages that it lists for its own tests (vitest, sqlite3) are overridden in
// package.json by one that it needs, since nothing in it imports them.
describe("Keyv's own test suite", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wetread-keyv-'));
  const environment = new LmdbEnvironment(join(folder, 'store.lmdb'), () => Date.now());
  afterAll(async () => {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  });

  // typed for the overridden package, see above
  keyvTestSuite(vitest as never, Keyv, () => new LmdbKeyv(environment, () => Date.now()));
});
