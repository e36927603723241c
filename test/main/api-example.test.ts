import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { emptyFolder, startProgram } from './start-program.ts';
import { addressOf, SERVE } from './start-server.ts';

const run = promisify(execFile);

/** The example is a line for a shell, and asks with curl; where one of them is missing there is nothing to try. */
const canRun = await run('bash', ['-c', 'command -v curl base64']).then(
  () => true,
  () => false,
);

/** Without what every answer, build of the checkpoint and state of the cache has its own of. */
const comparable = (json: string): unknown => {
  const own = new Set(['id', 'created', 'system_fingerprint', 'cached_tokens']);
  return JSON.parse(json, (key, value: unknown) => (own.has(key) ? undefined : value));
};

beforeAll(() => prepare(ROOT, () => undefined));

test.skipIf(!canRun)(
  "the README's curl example answers as the README shows",
  { timeout: 120_000 },
  async () => {
    const readme = await readFile('README.md', 'utf8');
    const [, command = '', reply = ''] =
      /```console\n\$ (printf .*?)\n```\n\n```json\n(.*?)\n```/s.exec(readme) ?? [];
    const program = startProgram(SERVE, { DATA_DIR: await emptyFolder(), PORT: '0' });
    const url = await addressOf(program);
    const { stdout } = await run('bash', ['-c', command.replace('http://127.0.0.1:8080/', url)]);
    expect(comparable(stdout)).toEqual(comparable(reply));
  },
);
