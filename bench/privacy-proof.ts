/**
 * `npm run privacy-proof -- --uploads 200 --seed 1`: uploads films with identifiers and looks for them in everything that is
 * left. The last line is one JSON object; the exit code is 1 if anything was found.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { proveUploads } from './privacy-proof/run-proof.ts';

const { values } = parseArgs({
  options: {
    uploads: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'wetread-proof-'));
try {
  const count = Number(values.uploads);
  const proof = await proveUploads({ count, seed: Number(values.seed), folder });
  console.log(JSON.stringify(proof));
  process.exitCode = proof.found.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
